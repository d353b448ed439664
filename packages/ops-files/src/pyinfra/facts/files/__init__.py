"""Facts about files: what they are, what they hold, and where they are found."""

from ._block import Block
from ._contents import FileContents
from ._find import FindDirectories, FindFiles, FindFilesBase, FindLinks
from ._find_in_file import FindInFile
from ._flags import Flags
from ._hash import HashFileFactBase, Md5File, Sha1File, Sha256File, Sha384File
from ._owner_ids import OwnerIds
from ._same_file import SameFile
from ._same_tree import SameTree
from ._stat import Directory, File, FileDict, Link, LinkDict, Socket
from ._tree import Tree, TreeEntry

__all__ = [
    "Block",
    "Directory",
    "File",
    "FileContents",
    "FileDict",
    "FindDirectories",
    "FindFiles",
    "FindFilesBase",
    "FindInFile",
    "FindLinks",
    "Flags",
    "HashFileFactBase",
    "Link",
    "LinkDict",
    "Md5File",
    "OwnerIds",
    "SameFile",
    "SameTree",
    "Sha1File",
    "Sha256File",
    "Sha384File",
    "Socket",
    "Tree",
    "TreeEntry",
]
