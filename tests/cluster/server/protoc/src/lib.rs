//! Where the compiler of protocol buffers is: Debian's package protobuf-compiler.

use std::path::PathBuf;

/// Return the path of the compiler.
pub fn protoc() -> PathBuf {
    PathBuf::from("/usr/bin/protoc")
}

/// Return the folder of the definitions that come with it.
pub fn include() -> PathBuf {
    PathBuf::from("/usr/include")
}
