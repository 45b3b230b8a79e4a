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

/** Whether a tensor's name, without `module.`, is one of princeton-vl's. */
export function isOriginalName(name: string): boolean {
  return /^(fnet|cnet|update_block\.(encoder|gru|mask))\./.test(name);
}

/** The name without the prefix that PyTorch's data-parallel training puts before all names. */
export function withoutModule(name: string): string {
  return name.replace(/^module\./, "");
}

/** The torchvision name of a tensor that princeton-vl's RAFT calls `name`, for example `module.fnet.conv1.weight`. */
export function torchvisionName(name: string): string {
  return parts.reduce(
    (known, [pattern, replacement]) => known.replace(pattern, replacement),
    withoutModule(name),
  );
}
