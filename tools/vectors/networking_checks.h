// What the checks of networking vectors share.
#pragma once

#include <string>
#include <string_view>

#include "tools/vectors/json_read.h"

namespace lockstep::vectors {

/// Throws Mismatch unless `actual` is the hexadecimal member `key` of `output`.
void expect_bytes(base::ByteView actual, const Json& output, std::string_view key);

/// Throws Mismatch with `what` unless `holds`.
inline void expect(bool holds, const std::string& what) {
  if (!holds) {
    throw Mismatch(what);
  }
}

/// Checks that the decoder that the vector names refuses its bytes.
void check_decode_failure(const Json& codec);

}  // namespace lockstep::vectors
