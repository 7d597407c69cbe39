// Snappy in its two forms: blocks for gossip, frames for requests and responses.
#pragma once

#include <optional>

#include "node/base/bytes.h"

namespace lockstep::networking {

/// The most that a message may be once decompressed (leanSpec: MAX_PAYLOAD_SIZE).
inline constexpr std::size_t kPayloadBytesMax = 10 * 1024 * 1024;

/// Appends the block format of `in` to `out`, byte for byte as leanSpec compresses.
void append_snappy_block(base::ByteView in, base::Bytes& out);

/// What the block says it holds; nothing when not even that can be read.
[[nodiscard]] std::optional<std::size_t> snappy_block_length(base::ByteView in);

/// Replaces `out` by the decompressed block; false when it is malformed. As for leanSpec, bytes behind a
/// block that is complete are ignored. Requires: snappy_block_length(in) was checked against a bound, since
/// that much is allocated.
[[nodiscard]] bool decode_snappy_block(base::ByteView in, base::Bytes& out);

/// Appends the framing format of `in` to `out`: stream identifier, then chunks of at most 64 KiB with
/// CRC-32C.
void append_snappy_frames(base::ByteView in, base::Bytes& out);

/// Reads frames at `at` until they have given `length` bytes, puts those into `out` and moves `at` behind
/// them. False when they are malformed, end early, fail their checksum or give more. Requires: length <=
/// kPayloadBytesMax.
[[nodiscard]] bool read_snappy_frames(base::ByteView in, std::size_t& at, std::size_t length,
                                      base::Bytes& out);

/// Reads frames to the end of `in`. False when they are malformed, fail their checksum or give more than
/// `bytes_max`.
[[nodiscard]] bool decode_snappy_frames(base::ByteView in, std::size_t bytes_max, base::Bytes& out);

}  // namespace lockstep::networking
