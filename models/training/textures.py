"""Photographic textures: fetches Debian's image packages and packs squares of their photographs into one small file.

    python3 textures.py textures.zip

Nothing is installed: `apt-get download` and `dpkg -x` unpack into a temporary folder. The pack is a ZIP of JPEGs,
small enough to be carried to a machine without network.
"""

import argparse
import io
import random
import subprocess
import tempfile
import warnings
import zipfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image

PACKAGES = (
    "lomiri-wallpapers-16.04",
    "lomiri-wallpapers-20.04",
    "mate-backgrounds",
    "palapeli-data",
    "plasma-workspace-wallpapers",
    "python3-skimage",
    "ufoai-textures",
    "ukui-wallpapers",
)
SIDE = 512
"""Pixels of a packed square, each way."""

PICTURES = {".jpg", ".jpeg", ".png", ".webp"}
ARCHIVES = {".pk3"}
SMALLEST_FILE = 60_000
NOT_PHOTOGRAPHS = (
    # Other uses and second copies, maps for shading, one half of a stereo pair.
    *("screenshot", "_dark", "icons", "logo", "_nm.", "_gm.", "_sm.", "normal", "motorcycle_right"),
    # Drawn or rendered with so much grain that no measure tells.
    *("safelanding", "infinite-sea", "elephants", "/kay/", "/cluster/", "/patak/"),
)
MOST_OF_PICTURE = 8
MOST_OF_PACKAGE = 170

# What a square must look like to be taken for part of a photograph, in grey levels of 255.
FLAT_DEVIATION = 1.2
MOST_FLAT = 0.35
LEAST_DETAIL = 2.5
LEAST_DARK_MEAN = 25


def fetch(package, folder):
    """Unpacks a Debian package of the newest known version below `folder`. Raises CalledProcessError without it."""
    subprocess.run(["apt-get", "download", package], cwd=folder, check=True, capture_output=True)
    (archive,) = folder.glob(f"{package}_*.deb")
    unpacked = folder / package
    subprocess.run(["dpkg", "-x", archive, unpacked], check=True, capture_output=True)
    archive.unlink()
    return unpacked


def picture_files(folder):
    """Yields name and bytes of every picture below a folder, those in game archives (ZIP) too, in a fixed order."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in PICTURES and path.stat().st_size >= SMALLEST_FILE and wanted(str(path)):
            yield str(path.relative_to(folder)), path.read_bytes()
        elif path.suffix.lower() in ARCHIVES:
            yield from archived_pictures(path)


def archived_pictures(path):
    with zipfile.ZipFile(path) as archive:
        for entry in sorted(archive.infolist(), key=lambda entry: entry.filename):
            name = entry.filename.lower()
            if Path(name).suffix in PICTURES and entry.file_size >= SMALLEST_FILE and wanted(name):
                yield name, archive.read(entry)


def wanted(name):
    return not any(part in name.lower() for part in NOT_PHOTOGRAPHS)


def open_picture(data):
    """The RGB picture in a file's bytes, or None for one that is too small, transparent or broken."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            Image.MAX_IMAGE_PIXELS = None
            picture = Image.open(io.BytesIO(data))
            if min(picture.size) < SIDE:
                return None
            picture.draft("RGB", (4 * SIDE, 4 * SIDE))
            if "A" in picture.getbands() or "transparency" in picture.info:
                if picture.convert("RGBA").getextrema()[3][0] < 250:
                    return None
            return picture.convert("RGB")
    except (OSError, ValueError):
        return None


def squares(picture):
    """Yields squares of SIDE pixels: of the whole picture scaled down, and of its parts in more detail."""
    for short_side in (SIDE, 2 * SIDE):
        if min(picture.size) < 1.2 * short_side and short_side > SIDE:
            return
        scale = short_side / min(picture.size)
        scaled = picture.resize([round(side * scale) for side in picture.size], Image.LANCZOS)
        for top in starts(scaled.height):
            for left in starts(scaled.width):
                yield scaled.crop((left, top, left + SIDE, top + SIDE))


def starts(length):
    """Where squares begin that lie side by side along a length, overlapping by at most a third."""
    count = max(1, int(length / SIDE + 1 / 3))
    return [0] if count == 1 else [round(i * (length - SIDE) / (count - 1)) for i in range(count)]


def is_photographic(square):
    """Whether a square looks photographed: detail or grain nearly everywhere, not black, no map of normals.

    Drawings and gradients give themselves away by blocks without any grain. A crude test: it lets a few drawings with
    texture pass and turns down smooth skies.
    """
    pixels = np.asarray(square, np.float32)
    grey = pixels.mean(2)
    blocks = grey.reshape(SIDE // 8, 8, SIDE // 8, 8).std((1, 3))
    mean = pixels.mean((0, 1))
    normals = mean[2] > 200 and np.abs(mean[:2] - 128).max() < 25
    return (
        not normals
        and grey.mean() > LEAST_DARK_MEAN
        and np.median(blocks) > LEAST_DETAIL
        and (blocks < FLAT_DEVIATION).mean() < MOST_FLAT
    )


def thumbprint(square):
    """Sixty-four numbers that nearly equal pictures share."""
    small = np.asarray(square.convert("L").resize((8, 8), Image.BOX), np.float32)
    return ((small - small.mean()) / (small.std() + 1)).ravel()


def choose(files, seed):
    """The photographic squares of some files, few of each and none twice, as (name, picture) in random order."""
    chosen, prints = [], []
    for name, data in files:
        picture = open_picture(data)
        found = [] if picture is None else [square for square in squares(picture) if is_photographic(square)]
        for square in found[:MOST_OF_PICTURE]:
            new = thumbprint(square)
            if all(np.abs(new - old).mean() > 0.1 for old in prints):
                prints.append(new)
                chosen.append((name, square))
    random.Random(seed).shuffle(chosen)
    return chosen[:MOST_OF_PACKAGE]


def write_pack(path, chosen, quality=86):
    """Writes squares as `PACKAGE/NUMBER.jpg` into one ZIP, uncompressed because JPEGs are."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as pack:
        for number, (package, _, square) in enumerate(chosen):
            data = io.BytesIO()
            square.save(data, "JPEG", quality=quality)
            pack.writestr(f"{package}/{number:04}.jpg", data.getvalue())


def read_pack(path, device="cpu", limit=None):
    """The squares of a pack as one uint8 tensor [count, 3, SIDE, SIDE] on `device`; `limit` takes the first ones."""
    with zipfile.ZipFile(path) as pack:
        names = sorted(pack.namelist(), key=lambda name: name.rsplit("/", 1)[-1])[:limit]
        pictures = [np.asarray(Image.open(io.BytesIO(pack.read(name))).convert("RGB")) for name in names]
    if not pictures:
        raise ValueError(f"{path} holds no pictures: make it with textures.py")
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).contiguous().to(device)


def contact_sheet(chosen, side=96, columns=24):
    """All squares, small, on one picture: to judge the choice by eye."""
    rows = -(-len(chosen) // columns)
    sheet = Image.new("RGB", (columns * side, rows * side))
    for number, (_, _, square) in enumerate(chosen):
        sheet.paste(square.resize((side, side)), (number % columns * side, number // columns * side))
    return sheet


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pack", type=Path, help="the file to write, for example textures.zip")
    parser.add_argument("--sheet", type=Path, help="also write a picture of all squares")
    parser.add_argument("--packages", nargs="+", default=PACKAGES, help="Debian packages to take pictures from")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chosen = []
    with tempfile.TemporaryDirectory() as folder:
        for package in options.packages:
            try:
                files = picture_files(fetch(package, Path(folder)))
            except subprocess.CalledProcessError as error:
                print(f"{package}: left out, apt-get says {error.stderr.decode().strip().splitlines()[-1]}")
                continue
            squares_found = choose(files, options.seed)
            print(f"{package}: {len(squares_found)} squares", flush=True)
            chosen += [(package, *found) for found in squares_found]
    random.Random(options.seed).shuffle(chosen)
    write_pack(options.pack, chosen)
    if options.sheet:
        contact_sheet(chosen).save(options.sheet)
    print(f"{options.pack}: {len(chosen)} squares, {options.pack.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
