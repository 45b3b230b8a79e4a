/**
 * Names of RAFT's weights. Two implementations name the same tensors differently: torchvision, whose names are used
 * here, and the authors (princeton-vl), whose names begin with `module.` because of data-parallel training.
 */

/** Replacements that turn a princeton-vl name into torchvision's. */
const parts: [pattern: RegExp, replacement: string][] = [
  [/^fnet\./, "feature_encoder."],
  [/^cnet\./, "context_encoder."],
  [/^(\w+_encoder)\.conv1\./, "$1.convnormrelu.0."],
  [/^(\w+_encoder)\.norm1\./, "$1.convnormrelu.1."],
  [/^(\w+_encoder)\.conv2\./, "$1.conv."],
  [/^(\w+_encoder\.layer\d\.\d)\.conv(\d)\./, "$1.convnormrelu$2.0."],
  [/^(\w+_encoder\.layer\d\.\d)\.norm([12])\./, "$1.convnormrelu$2.1."],
  // Blocks of two convolutions store the shortcut's normalisation under a second name as well.
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

/** Whether a tensor's name, without the common prefix, is one of princeton-vl's. */
export function isOriginalName(name: string): boolean {
  return /^(fnet|cnet|update_block\.(encoder|gru|mask))\./.test(name);
}

/** Torchvision's name for a tensor that princeton-vl's RAFT calls `name`, such as `fnet.conv1.weight`. */
export function torchvisionName(name: string): string {
  return parts.reduce((known, [pattern, replacement]) => known.replace(pattern, replacement), name);
}

/** Matches the start of RAFT's own part of a name. */
const roots = /(?<![^.])(fnet|cnet|feature_encoder|context_encoder|update_block|mask_predictor)\./;

/**
 * The prefix that all names share before RAFT's own part, including the last dot: `module.` of PyTorch's DataParallel,
 * `_orig_mod.` of torch.compile, `model.` of Lightning, or several of them. Empty if there is none.
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
