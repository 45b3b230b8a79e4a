import assert from "node:assert/strict";
import { findPython, run, scriptPath } from "./python.ts";
import { testWith } from "../../needs.ts";

const needed = await findPython();
const python = needed.path;

interface Measured {
  visible: number;
  pixelOff: number;
  hidden: number;
  hiddenPixels: number;
  hiddenLooksElsewhere: number;
  roundTrip: number;
  motion: number;
}

testWith(needed, "scenes move as their flow says, also where the second frame hides them", async () => {
  const facts = JSON.parse(await run(python, [scriptPath("measure_scenes.py")]));
  for (const scene of facts.scenes as Measured[]) {
    assert.ok(scene.motion > 1, `mean motion ${scene.motion} px`);
    assert.ok(scene.visible < 0.006, `visible pixels differ by ${scene.visible} of 1 after warping`);
    assert.ok(
      scene.pixelOff > 3 * scene.visible,
      `flow one pixel off fits nearly as well: ${scene.pixelOff}`,
    );
    assert.ok(scene.hiddenPixels > 20, `${scene.hiddenPixels} hidden pixels`);
    assert.ok(scene.hidden < 0.006, `hidden background differs by ${scene.hidden} of 1 after warping`);
    assert.ok(
      scene.hiddenLooksElsewhere > 0.03,
      `what hides it looks like it: ${scene.hiddenLooksElsewhere}`,
    );
    assert.ok(scene.roundTrip < 0.005, `there and back misses by ${scene.roundTrip} px`);
  }
  assert.ok(facts.repeats, "the same seed makes the same scenes");
  assert.ok(facts.differs, "another seed makes others");
  assert.ok(facts.range[0] >= 0 && facts.range[1] <= 1, `${facts.range}`);
  assert.deepEqual(facts.shapes, [[3, 3, 64, 96], [3, 2, 64, 96], [3, 64, 96]]);
  assert.ok(facts.blurredSlope < 0.9, `exposure time blurs: ${facts.blurredSlope}`);
  assert.ok(
    facts.below40 > 0.75 && facts.below40 < 0.95,
    `${facts.below40} of the scenes move by 40 px at most`,
  );
  assert.ok(facts.longest > 130 && facts.longest <= 150, `the longest motion is ${facts.longest} px`);
  assert.deepEqual([facts.fewestLayers, facts.mostLayers], [3, 12]);
});
