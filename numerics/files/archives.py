"""Archives of NumPy (.npz), such as `numpy.savez` and `numpy.savez_compressed` write them, and no others."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from numpy.lib import format as npy
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.files.headers import Header, OpenArrays, checked_header, whole_file
from sparse_limits.numerics.printing.plain_text import plain

MEMBER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}\.npy", re.ASCII)
LONGEST_NAME = 1000
MOST_DIRECTORY = 2**20  # bytes of the list of members
LOCAL, CENTRAL, CENTRAL_64 = b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x07"
END = 22  # bytes at the end of an archive without a comment
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED = 1


@dataclass(frozen=True, eq=False)
class Archive:
    """An archive that is open, its members by their names without .npy; of the arrays nothing has been read."""

    file: zipfile.ZipFile
    members: dict[str, zipfile.ZipInfo]

    def header(self, name: str) -> Header:
        """What an array says it is. InputError unless it holds numbers, as many as there is room for."""
        with whole_file(".npz"):
            return _header(name, self.file, self.members[name])

    def read(self, name: str) -> NDArray[Any]:
        """An array, of whatever size its header states."""
        with whole_file(".npz"), self.file.open(self.members[name]) as member:
            array = npy.read_array(member, allow_pickle=False)
            member.read(1)  # at its end the checksum is compared
            return array


def open_npz(path: Path, files: ExitStack) -> OpenArrays:
    """The arrays in an archive that stays open as long as `files`.

    InputError for members that are not NAME.npy in plain letters, for names that differ in nothing but case, for what is
    encrypted, compressed by a method that NumPy does not use, or longer than its array, and for anything around members.
    """
    archive = open_archive(path, files, plain_names=True)
    return OpenArrays({name: archive.header(name) for name in archive.members}, archive.read)


def open_archive(path: Path, files: ExitStack, plain_names: bool = False) -> Archive:
    """An archive that stays open as long as `files`, its arrays not looked at.

    plain_names: whether names must be of plain letters, and different even where case is ignored; else any printable
    letters will do, as in `encoder/kernel:0`. InputError as `open_npz`, but for what is wrong with an array.
    """
    stream = files.enter_context(path.open("rb"))
    with whole_file(".npz"):
        count = _check_frame(stream)
        archive = files.enter_context(zipfile.ZipFile(stream))
        if (listed := len(archive.infolist())) != count:
            raise InputError(f"damaged ({listed} arrays, {count} are stated), expected a whole .npz file")
        members = _checked_members(archive, plain_names)
    return Archive(archive, {member.filename.removesuffix(".npy"): member for member in members})


def _check_frame(stream: IO[bytes]) -> int:
    """How many members there should be. InputError unless the file starts with a member and ends with the list of members, and that is of moderate size.

    A file that starts otherwise is no archive for NumPy, but may be one for others.
    """
    size = stream.seek(0, 2)
    stream.seek(max(0, size - END - 20))
    last = stream.read()
    end = last[-END:]
    stream.seek(0)
    directory, start = (int.from_bytes(end[place : place + 4], "little") for place in (12, 16))
    if size < END or end[:4] != CENTRAL or start + directory + END != size:
        raise InputError("damaged or with something around its arrays, expected a whole .npz file")
    if stream.read(4) != (LOCAL if directory else CENTRAL):
        raise InputError("something stands before its first array, expected a .npz file")
    if last[:-END][:4] == CENTRAL_64 or directory > MOST_DIRECTORY:
        raise InputError(
            f"a list of arrays of {directory} bytes, expected at most {MOST_DIRECTORY}, and less than 4 GiB"
        )
    return int.from_bytes(end[10:12], "little")


def _checked_members(archive: zipfile.ZipFile, plain_names: bool) -> list[zipfile.ZipInfo]:
    members = archive.infolist()
    letters = "letters A to Z, digits and _ . - alone" if plain_names else "visible letters"
    for member in members:
        name = plain(member.orig_filename, 80)
        if member.orig_filename != member.filename or not _is_name(member.filename, plain_names):
            raise InputError(f"holds '{name}', expected NAME.npy, of {letters}")
        if member.flag_bits & ENCRYPTED or member.compress_type not in METHODS:
            raise InputError(f"{name} is encrypted or compressed in another way, expected what NumPy writes")
    counts = Counter(member.filename.lower() if plain_names else member.filename for member in members)
    if double := next((name for name, count in counts.items() if count > 1), None):
        alike = ", upper and lower case alike" if plain_names else ""
        raise InputError(f"holds {counts[double]} arrays of the name {plain(double, 80)!r}{alike}, expected one")
    return members


def _is_name(text: str, plain_names: bool) -> bool:
    if plain_names:
        return MEMBER.fullmatch(text) is not None
    return text.endswith(".npy") and text.isprintable() and len(text) <= LONGEST_NAME


def _header(name: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Header:
    """What the header of an array says. Version 1 alone: headers of others may be of any length."""
    with archive.open(member) as stream:
        if npy.read_magic(stream) != (1, 0):
            raise InputError(f"{name} has names or a long header, expected an array of numbers")
        try:
            shape, _, dtype = npy.read_array_header_1_0(stream)
        except MemoryError as error:  # of Python's parser, whatever there is
            raise InputError(f"{name} has a header that nests too deeply, expected that of an array") from error
        header = checked_header(name, shape, dtype)
        stated = stream.tell() + header.size * dtype.itemsize
    if stated != member.file_size:
        raise InputError(f"{name} has {member.file_size} bytes, expected {plain(stated, 40)}, those of {header} alone")
    return header
