import assert from "node:assert/strict";
import { ReverieError } from "../../../models/errors.ts";
import { translateAliases } from "../../../pipeline/command_line/aliases.ts";
import { theirFlags } from "../../../pipeline/command_line/their_flags.ts";
import { settings } from "../../../pipeline/settings/settle.ts";
import { parseDream } from "../../../pipeline/command_line/commands/dream.ts";

const translate = (line: string) => translateAliases(line.split(" "));
const refused = (line: string, message: RegExp) =>
  assert.throws(
    () => translate(line),
    (error) => error instanceof ReverieError && message.test(error.message),
  );
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
  assert.equal(parameters.pyramidLevels, 4);
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
  assert.deepEqual(understood("-gpu mps").options.providers, ["webgpu", "cpu"]);
});

Deno.test("kept temporary files are a dump", () => {
  assert.equal(understood("-keep_temp -temp_dir work").options.dump, "work");
  assert.equal(understood("-keep_temp").options.dump, "temp");
  assert.equal(understood("-temp_dir work").options.dump, undefined);
});

Deno.test("all that has no effect yet is named in one line, and a default not at all", () => {
  const { args, notes } = translate("-print_tile 5 -tile_size 0 -overlap_percent 0.3 -print_tile 6 --json");
  assert.deepEqual(args, ["--json"]);
  assert.deepEqual(notes, ["no effect yet: -print_tile, -overlap_percent"]);
});

Deno.test("no default of theirs warns", () => {
  const defaults = Object.entries(theirFlags).flatMap(([name, { usual }]) =>
    usual === undefined ? [] : [`-${name}`, usual]
  );
  const ours =
    "-init image -loss_mode l2 -channels -1 -channel_mode all -channel_capture once -random_transforms " +
    "none -adjust_contrast -1 -original_colors 0 -norm_percent 0 -percent_mode fast -tv_weight 0 -seed -1";
  assert.deepEqual(translateAliases([...defaults, ...ours.split(" ")]).notes, []);
});

Deno.test("what always holds is said in one line, once", () => {
  assert.deepEqual(translate("-clamp -clamp -backend cudnn -update_interval 1").notes, [
    "-clamp is always so: every step keeps the picture between black and white",
    "-backend is always so: cuDNN serves CUDA, and every core the processor",
    "-update_interval is not needed: the unfinished video can be watched at any time",
  ]);
  refused(
    "-backend mkl",
    /-backend mkl cannot be had: the processor runs networks with onnxruntime's own kernels/,
  );
});

Deno.test("every value is checked, also of what has no effect", () => {
  refused("-optimizer sgd", /-optimizer must be adam or lbfgs, not "sgd"/);
  refused(
    "-octave_mode odd",
    /-octave_mode must be normal, advanced, manual_max, manual_min or manual, not "odd"/,
  );
  refused("-print_iter 1.5", /-print_iter must be a whole number, not "1.5"/);
  refused("-overlap_percent half", /-overlap_percent must be a number, not "half"/);
  refused("-loss_mode max", /-loss_mode must be bce, mse, mean, norm, l2, abs_mean or abs_l2, not "max"/);
});

Deno.test("True and False may follow a switch, as the article writes", () => {
  assert.equal(understood("-keep_temp True").options.dump, "temp");
  assert.equal(understood("-keep_temp False").options.dump, undefined);
  assert.equal(understood("-independent False").wish.given.independent, false);
  assert.deepEqual(translate("-clamp True").args, []);
  assert.equal(understood("-normalize_weights").wish.given.weighting, "size");
});

Deno.test("a name may be cut short as long as one flag fits", () => {
  assert.deepEqual(translate("-num_iter 3 -opt adam").args.slice(-2), ["--iterations=3", "--optimizer=adam"]);
  refused("-num 3", /-num could be -num_iterations, -num_octaves; give the whole name/);
});

Deno.test("their optimisers bring their learning rate and the plain gradient, unless other flags say otherwise", () => {
  const given = (line: string) => understood(line).wish.given;
  const { optimizer, learningRate, smoothing, colour } = given("-optimizer lbfgs");
  assert.deepEqual({ optimizer, learningRate, smoothing, colour }, {
    ...{ optimizer: "lbfgs", learningRate: 1.5, smoothing: "none", colour: 1 },
  });
  const own = given("-learning_rate 4 -lap_scale 4 -optimizer adam -original_colors 1");
  assert.deepEqual([own.learningRate, own.pyramidLevels, own.colour], [4, 4, 0]);
});

Deno.test("without an output theirs is taken", () => {
  assert.equal(parseDream(["-content_video", "in.mp4"]).options.output, "output.mp4");
  assert.equal(parseDream(["-content_image", "in.jpg"]).options.output, "out.png");
  assert.equal(parseDream(["-content_video", "in.mp4", "mine.mp4"]).options.output, "mine.mp4");
});

Deno.test("the article's case 3 is understood, with GoogLeNet and where InceptionV3 stands in for it", () => {
  const { wish } = understood(
    "-blend 0.5 -num_iterations 2 -dream_layers inception_5b,pool5 -channel_mode strong",
  );
  assert.deepEqual(settings(wish, "googlenet").layers, ["inception_5b", "pool5"]);
  assert.deepEqual(settings(wish, "inception-v3").layers, ["mixed6", "mixed7"]);
});

Deno.test("channels are named by a file of labels", async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, "tabby cat\ngreat grey owl\nsnowy owl\n");
  const channels = (names: string) =>
    understood(`-label_file ${file} -channels ${names}`).wish.given.channels;
  assert.deepEqual(channels("owl,0"), [1, 2, 0]);
  assert.throws(() => channels("dog"), /no label in .* contains "dog"/);
  await Deno.remove(file);
  assert.throws(() => channels("owl"), /cannot be read/);
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
  const all = { ...theirFlags };
  for (const name of [...withValue.split(" "), ...without.split(" ")]) {
    const { values, usual } = all[name]!;
    const value = values === "switch" ? [] : [usual ?? (typeof values === "string" ? "1" : values.at(-1)!)];
    if (name === "print_layers" || name === "label_file") continue;
    const { options } = parseDream([`-${name}`, ...value, "in.mp4", "out.mp4"]);
    assert.deepEqual([options.input, options.output], ["in.mp4", "out.mp4"], name);
  }
});

Deno.test("a single-dash flag that is not known is answered with the nearest", () => {
  assert.throws(
    () => translate("-num_itreations 3"),
    (error) => error instanceof ReverieError && /did you mean -num_iterations\?/.test(error.message),
  );
  assert.throws(
    () => translate("-blend"),
    (error) => error instanceof ReverieError && /-blend needs a value/.test(error.message),
  );
});

Deno.test("neural-dream's kinds of networks bring their input, over which a mean of its own goes", () => {
  const given = (line: string) => understood(line).wish.given;
  const caffe = given("-model_mean 104,117,123 -model_type caffe");
  assert.deepEqual([caffe.mean, caffe.scale, caffe.channelOrder], [[123, 117, 104], [255, 255, 255], "bgr"]);
  const { mean, scale, channelOrder } = given("-model_type keras");
  assert.deepEqual([mean, scale, channelOrder], [[0.5, 0.5, 0.5], [2, 2, 2], "rgb"]);
  assert.deepEqual(given("-model_type pytorch -model_mean 0.4,0.5,0.6").mean, [0.4, 0.5, 0.6]);
  assert.deepEqual(given("-model_type auto -model_mean auto"), {});
  assert.equal(given("-pooling avg").pooling, "avg");
  assert.equal(given("-image_capture_size -1").captureSize, 0);
});

Deno.test("devices that Reverie chooses by itself are told in one line", () => {
  const mps = translate("-gpu mps");
  assert.deepEqual(mps.args, ["--provider=webgpu,cpu"]);
  assert.match(mps.notes.join(), /^-gpu mps: Metal is used by way of WebGPU/);
  const several = translate("-gpu 0,1 -multidevice_strategy 3 -disable_check");
  assert.deepEqual(several.notes, [
    "-gpu 0,1: the first of them dreams; one device holds the whole network",
    "-multidevice_strategy is not needed: one device holds the whole network, see --provider",
    "-disable_check is not needed: files are recognised by their tensors, not by a list",
  ]);
});

Deno.test("classes and channels are printed as they are asked for", () => {
  const { printed } = understood("-classify 3 -print_channels");
  assert.deepEqual(printed, { channels: true, classes: { count: 3, labels: [] } });
  assert.deepEqual(understood("-classify 0").printed, { channels: false });
});

Deno.test("the page for those who come from neural-dream names all of its flags, and only flags that there are", async () => {
  const page = await Deno.readTextFile(
    new URL("../../../docs/from-deepdream-video-pytorch.md", import.meta.url),
  );
  const rows = page.split("\n").filter((line) => line.startsWith("| `-"));
  const named = rows.flatMap((row) => [...row.split("|")[1]!.matchAll(/`-(\w+)`/g)].map(([, name]) => name!));
  assert.deepEqual(named.toSorted(), Object.keys(theirFlags).toSorted());
  const { commandHelp } = await import("../../../pipeline/command_line/help.ts");
  const { dream } = await import("../../../pipeline/command_line/commands/dream.ts");
  const help = commandHelp(dream, 110).replaceAll("--[no-]", "--");
  const ours = rows.flatMap((row) =>
    [...row.split("|")[2]!.matchAll(/`(--[\w-]+)/g)].map(([, flag]) => flag!)
  );
  assert.deepEqual(ours.filter((flag) => !help.includes(flag)), []);
});
