"""The music that is measured with: synthetic, as dense as a band's, the same at each run."""

import subprocess
import wave

import numpy as np

RATE = 44100
CLICK = 22000  # of 32767; the music beside clicks stays far below it


def samples(seconds, seed, rate=RATE):
    """Stereo, peaks at 0.7 (about -17 LUFS): chords of saw teeth, a bass, drums of noise, a hall."""
    random = np.random.default_rng(seed)
    mix = np.zeros((2, rate * seconds))
    time = np.arange(rate) / rate
    noise = random.standard_normal(rate)

    def put(wave, at, level, pan):
        part = mix[:, at : at + len(wave)]
        part += level * np.sqrt([[1 - pan], [pan]]) * wave[: part.shape[1]]

    def saw(semitone, damping):
        return ((55 * 2 ** (semitone / 12) * time) % 1 - 0.5) * np.exp(-damping * time)

    step = int(rate * 15 / random.integers(96, 128))  # sixteenths
    for index in range(mix.shape[1] // step):
        root = (0, 8, 3, 10)[index // 16 % 4]
        if index % 2 == 0:
            put(saw(root, 5), index * step, 0.8, 0.5)
        if index % 4 in (0, 3):
            for interval in (24, 27 if root == 0 else 28, 31, 36):
                put(saw(root + interval, 3), index * step, 0.2, random.random())
        put(noise * np.exp(-time * 60), index * step, 0.1, 0.7)
        if index % 8 == 4:
            put(noise * np.exp(-time * 15), index * step, 0.4, 0.45)
    hall = random.standard_normal((2, rate)) * np.exp(-5 * time)
    size = mix.shape[1] + rate
    wet = np.fft.irfft(np.fft.rfft(mix, size) * np.fft.rfft(hall, size), size)[:, : mix.shape[1]]
    mix += wet * 0.3 * np.std(mix) / np.std(wet)
    return (mix.T * (0.7 * 32767 / np.abs(mix).max())).astype("<i2")


def write(path, samples, rate=RATE, coding=()):
    """Writes samples as what the path's name says, with FFmpeg's words for the coding."""
    with wave.open(f"{path}.wav", "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    subprocess.run(["ffmpeg", "-v", "error", "-i", f"{path}.wav", *coding, path], check=True)
    path.with_name(path.name + ".wav").unlink()


def shelf(folder, seconds):
    """Four files of the same length and of the usual kinds."""
    folder.mkdir()
    kinds = (
        ("1.flac", RATE, ()), ("2.mp3", RATE, ("-b:a", "192k")),
        ("3.ogg", RATE, ("-c:a", "libvorbis", "-q:a", "6")), ("4.flac", 48000, ()),
    )
    for seed, (name, rate, coding) in enumerate(kinds):
        write(folder / name, samples(seconds, seed, rate), rate, coding)
    return sorted(folder.iterdir())


def clicks(seconds):
    """Quiet music with a click about every two seconds, never at the same place of a page; and where they are."""
    quiet = samples(seconds, 9) // 4
    places = [int(RATE * (2 * count + 0.5 + count * 37 % 50 / 100)) for count in range(seconds // 2)]
    for place in places:
        quiet[place : place + 20] = CLICK
    return quiet, places
