// Requests and responses as frames (leanSpec: networking/reqresp/codec.py).
//
// A request frame is channel ‖ id (u64 LE) ‖ protocol ‖ varint(SSZ length) ‖ snappy frames. A response frame
// is channel ‖ id ‖ protocol ‖ chunks, each code ‖ varint(length) ‖ snappy frames. Where a stream of its own
// carries a request, only the part behind the protocol is on the wire.
#pragma once

#include <cstdint>
#include <optional>

#include "node/base/bytes.h"
#include "node/chain/events.h"
#include "node/chain/exchange.h"

namespace lockstep::networking {

/// An answer holds at most about this many bytes; blocks that would not fit are left out.
inline constexpr std::size_t kResponseBytesMax = 8 * 1024 * 1024;
/// An error text is cut to this many bytes.
inline constexpr std::size_t kErrorTextBytesMax = 256;

/// What a request or response frame begins with, behind the channel byte.
struct ExchangeHeader {
  std::uint64_t id = 0;
  chain::Protocol protocol = chain::Protocol::kStatus;
};

/// Reads the header of a frame; `body` becomes what follows it. Nothing when it is short or names no
/// protocol.
[[nodiscard]] std::optional<ExchangeHeader> decode_header(base::ByteView frame, base::ByteView& body);

[[nodiscard]] base::Bytes encode_request(std::uint64_t id, const chain::Request& request);
/// Nothing when the body is malformed, too long, or has bytes left over.
[[nodiscard]] std::optional<chain::Request> decode_request(chain::Protocol protocol, base::ByteView body);

/// `items` becomes the number of chunks that were written.
[[nodiscard]] base::Bytes encode_response(std::uint64_t id, chain::Protocol protocol,
                                          const chain::Response& response, std::size_t& items);
/// Nothing when the body is malformed. A chunk with an error code ends the answer: blocks before it are kept,
/// and with none before it the answer is a refusal.
[[nodiscard]] std::optional<chain::Response> decode_response(chain::Protocol protocol, base::ByteView body);

}  // namespace lockstep::networking
