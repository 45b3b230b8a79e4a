/**
 * Names of RAFT's weights. Two implementations give the same tensors names of their own: torchvision's, which are
 * used here, and those of the authors (princeton-vl), saved from a data-parallel run and so beginning with `module.`.
 */

/** What each part of a princeton-vl name is called by torchvision, by the longest prefix that fits. */
const parts: [pattern: RegExp, replacement: string][] = [
  [/^fnet\./, "feature_encoder."],
  [/^cnet\./, "context_encoder."],
  [/^(\w+_encoder)\.conv1\./, "$1.convnormrelu.0."],
  [/^(\w+_encoder)\.norm1\./, "$1.convnormrelu.1."],
  [/^(\w+_encoder)\.conv2\./, "$1.conv."],
  [/^(\w+_encoder\.layer\d\.\d)\.conv(\d)\./, "$1.convnormrelu$2.0."],
  [/^(\w+_encoder\.layer\d\.\d)\.norm([12])\./, "$1.convnormrelu$2.1."],
  // The blocks of two convolutions keep the shortcut's normalisation under a second name, too.
  [/^(\w+_encoder\.layer\d\.\d)\.norm3\./, "$1.downsample.1."],
  [/^update_block\.encoder\.conv([cf])(\d)\./, "update_block.motion_encoder.conv$1$2.0."],
  [/^update_block\.motion_encoder\.convc/, "update_block.motion_encoder.convcorr"],
  [/^update_block\.motion_encoder\.convf/, "update_block.motion_encoder.convflow"],
  [/^update_block\.encoder\.conv\./, "update_block.motion_encoder.conv.0."],
  [/^update_block\.gru\.conv([zrq])(\d?)\./, "update_block.recurrent_block.convgru$2.conv$1."],
  [/\.convgru\./, ".convgru1."],
  [/^update_block\.mask\.0\./, "mask_predictor.convrelu.0."],
  [/^update_block\.mask\.2\./, "mask_predictor.conv."],
];

/** Whether a tensor's name, without what stands before all, is one of princeton-vl's. */
export function isOriginalName(name: string): boolean {
  return /^(fnet|cnet|update_block\.(encoder|gru|mask))\./.test(name);
}

/** The torchvision name of a tensor that princeton-vl's RAFT calls `name`, for example `fnet.conv1.weight`. */
export function torchvisionName(name: string): string {
  return parts.reduce((known, [pattern, replacement]) => known.replace(pattern, replacement), name);
}

/** Where RAFT's own names begin. */
const roots = /(?<![^.])(fnet|cnet|feature_encoder|context_encoder|update_block|mask_predictor)\./;

/**
 * What stands before all names, whole parts with their dots, up to the first that is RAFT's: `module.` of PyTorch's
 * DataParallel, `_orig_mod.` of torch.compile, `model.` of Lightning, or several of them. Empty where nothing does.
 */
export function commonPrefix(names: readonly string[]): string {
  const [first = "", ...others] = names;
  let length = first.length;
  for (const name of others) {
    let same = 0;
    while (same < length && name[same] === first[same]) same++;
    length = same;
  }
  const common = first.slice(0, first.slice(0, length).lastIndexOf(".") + 1);
  const root = common.search(roots);
  return root < 0 ? common : common.slice(0, root);
}
