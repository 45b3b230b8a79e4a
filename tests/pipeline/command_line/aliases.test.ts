import assert from "node:assert/strict";
import { ReverieError } from "../../../models/errors.ts";
import { translateAliases } from "../../../pipeline/command_line/aliases.ts";
import { settings } from "../../../pipeline/settings/settle.ts";
import { parseDream } from "../../../pipeline/command_line/commands/dream.ts";

const translate = (line: string) => translateAliases(line.split(" "));
const understood = (line: string) =>
  parseDream(`-content_video in.mp4 -output_video out.mp4 ${line}`.trim().split(" "));

Deno.test("the command of deepdream-video-pytorch's README is understood", () => {
  const { options, wish, notes } = parseDream(
    ("-content_video test.mp4 -output_video dream.mp4 -dream_layers inception_4d -num_iterations 1 " +
      "-octave_scale 0.7 -image_size 512").split(" "),
  );
  assert.equal(options.input, "test.mp4");
  assert.equal(options.output, "dream.mp4");
  const { iterations, octaveScale, imageSize } = settings(wish);
  assert.deepEqual({ iterations, octaveScale, imageSize }, {
    iterations: 1,
    octaveScale: 0.7,
    imageSize: 512,
  });
  assert.deepEqual(settings(wish, "googlenet").layers, ["inception_4d"]);
  assert.deepEqual(settings(wish, "inception-v3").layers, ["mixed4"]);
  assert.deepEqual(notes, []);
});

Deno.test("pictures are named by flags, too, and either name may be a positional", () => {
  const { input, output } = translate("-content_image a.jpg -output_image b.png");
  assert.deepEqual([input, output], ["a.jpg", "b.png"]);
  assert.equal(parseDream(["in.mp4", "-output_video", "out.mp4"]).options.output, "out.mp4");
  assert.equal(parseDream(["out.mp4", "-content_video", "in.mp4"]).options.output, "out.mp4");
});

Deno.test("every flag with a counterpart sets it", () => {
  const { wish } = understood(
    "-blend 0.4 -independent -num_octaves 4 -octave_iter 20 -learning_rate 1.5 -jitter 16 -tv_weight 0.1 " +
      "-seed 7 -loss_mode l2 -lap_scale 4 -channels 1,2",
  );
  const parameters = settings(wish);
  assert.equal(parameters.blend, 0.4);
  assert.equal(parameters.independent, true);
  assert.equal(parameters.octaves, 4);
  assert.equal(parameters.octaveIterations, 20);
  assert.equal(parameters.firstIterations, 20);
  assert.equal(parameters.learningRate, 1.5);
  assert.equal(parameters.jitter, 16);
  assert.equal(parameters.tvWeight, 0.1);
  assert.equal(parameters.seed, 7);
  assert.equal(parameters.loss, "norm");
  assert.equal(parameters.smoothing, "laplacian");
  assert.deepEqual(parameters.channels, [1, 2]);
});

Deno.test("the values that mean nothing set nothing", () => {
  assert.deepEqual(translate("-seed -1 -channels -1 -lap_scale 0 -update_interval 5").args, []);
});

Deno.test("GoogLeNet's layers become InceptionV3's where that stands in for it, each once", () => {
  const { wish } = understood("-dream_layers inception_3a_1x1,inception_4a_pool,inception_4c,inception_4e");
  assert.deepEqual(settings(wish, "inception-v3").layers, ["mixed0", "mixed2", "mixed4"]);
});

Deno.test("a network of the user's own keeps the names of its layers", () => {
  const { args, notes } = translate("-dream_layers inception_4d -model_file googlenet.onnx");
  assert.deepEqual(args, ["--layers=inception_4d", "--model=googlenet.onnx"]);
  assert.deepEqual(notes, []);
});

Deno.test("a model file is taken whatever its kind; their default one need not be there", () => {
  assert.deepEqual(translate("-model_file nets/places.pth").args, ["--model=nets/places.pth"]);
  const { args, notes } = translate("-model_file models/bvlc_googlenet.pth");
  assert.deepEqual(args, []);
  assert.match(notes[0]!, /bvlc_googlenet\.pth is not here; it is the network that Reverie has as googlenet/);
});

Deno.test("the processor is taken for c, CUDA where there is one for a number", () => {
  assert.deepEqual(understood("-gpu c").options.providers, ["cpu"]);
  assert.deepEqual(understood("-gpu 0").options.providers, ["cuda", "cpu"]);
  assert.equal(understood("-gpu mps").options.providers, undefined);
});

Deno.test("kept temporary files are a dump", () => {
  assert.equal(understood("-keep_temp -temp_dir work").options.dump, "work");
  assert.equal(understood("-keep_temp").options.dump, "temp");
  assert.equal(understood("-temp_dir work").options.dump, undefined);
});

Deno.test("all that has no effect yet is named in one line", () => {
  const { args, notes } = translate("-optimizer lbfgs -clamp -adjust_contrast -1 -tile_size 0 --json");
  assert.deepEqual(args, ["--json"]);
  assert.deepEqual(notes, ["no effect yet: -optimizer, -clamp, -adjust_contrast, -tile_size"]);
});

Deno.test("an equals sign may stand before a value", () => {
  assert.deepEqual(translate("-blend=0.3").args, ["--blend=0.3"]);
});

Deno.test("every option of deepdream-video-pytorch is accepted", () => {
  const withValue =
    "gpu dream_weight l2_weight init optimizer lbfgs_num_correction print_iter print_octave_iter " +
    "save_iter save_octave_iter output_start_num octave_mode channel_mode channel_capture layer_sigma sigma " +
    "fft_block zoom zoom_mode leading_zeros tile_size overlap_percent print_tile print_tile_iter " +
    "image_capture_size frame_duration original_colors pooling model_type model_mean label_file backend " +
    "random_transforms adjust_contrast classify multidevice_strategy norm_percent abs_percent mean_percent " +
    "percent_mode update_interval temp_dir model_file loss_mode";
  const without = "normalize_weights use_fft disable_roll create_gif disable_check cudnn_autotune clamp " +
    "print_layers print_channels verbose independent keep_temp";
  for (const name of withValue.split(" ")) {
    const { options } = parseDream([`-${name}`, "1", "in.mp4", "out.mp4"]);
    assert.deepEqual([options.input, options.output], ["in.mp4", "out.mp4"], name);
  }
  for (const name of without.split(" ")) {
    const { options } = parseDream([`-${name}`, "in.mp4", "out.mp4"]);
    assert.deepEqual([options.input, options.output], ["in.mp4", "out.mp4"], name);
  }
});

Deno.test("a single-dash flag that is not known is answered with the nearest", () => {
  assert.throws(
    () => translate("-num_iteration 3"),
    (error) => error instanceof ReverieError && /did you mean -num_iterations\?/.test(error.message),
  );
  assert.throws(
    () => translate("-blend"),
    (error) => error instanceof ReverieError && /-blend needs a value/.test(error.message),
  );
});
