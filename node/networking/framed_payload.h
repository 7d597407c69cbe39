// The payload of requests and response chunks: its length, then itself in snappy frames (leanSpec:
// networking/reqresp/codec.py).
#pragma once

#include <optional>

#include "node/base/bytes.h"

namespace lockstep::networking {

/// Appends varint(length) ‖ snappy frames. Requires: ssz.size() <= kPayloadBytesMax.
void append_framed_payload(base::ByteView ssz, base::Bytes& out);

/// Reads a payload that reaches to the end of `in`. Nothing when its length is malformed, longer than
/// kPayloadBytesMax or not what the frames give, or when the frames are malformed.
[[nodiscard]] std::optional<base::Bytes> decode_framed_payload(base::ByteView in);

}  // namespace lockstep::networking
