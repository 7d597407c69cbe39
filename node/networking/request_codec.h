// Requests and responses as frames (leanSpec: networking/reqresp/codec.py).
//
// A request frame is channel ‖ id (u64 LE) ‖ protocol ‖ payload, where payload is varint(SSZ length) ‖ snappy
// frames. A response travels as one frame a piece: channel ‖ id ‖ protocol ‖ varint(index) ‖ piece, where a
// piece is a chunk, code ‖ payload, or nothing at all, which says that the response is over. Where a stream
// of its own carries a request, the payload and the chunks are what is on the wire, and its end is the close.
#pragma once

#include <cstdint>
#include <variant>

#include "node/base/bytes.h"
#include "node/base/result.h"
#include "node/chain/events.h"
#include "node/chain/exchange.h"

namespace lockstep::networking {

/// An error text is cut to this many bytes.
inline constexpr std::size_t kErrorTextBytesMax = 256;

/// The most that a payload of `length` bytes may be once compressed and framed.
[[nodiscard]] constexpr std::size_t framed_bytes_max(std::size_t length) {
  return length + length / 6 + 1024;
}

// Payloads and chunks, as streams carry them.

/// Reads a payload (framed_payload.h) at `at` and moves `at` behind it. Fails with kTooLong (more than 10 MiB
/// declared, or more compressed than that can need), kBadSnappy, or `otherwise` (no length).
[[nodiscard]] base::Result<base::Bytes, chain::Drop> read_payload(base::ByteView in, std::size_t& at,
                                                                  chain::Drop otherwise);
/// Appends code ‖ payload.
void append_chunk(chain::ResponseCode code, base::ByteView ssz, base::Bytes& out);
/// A code that does not exist is read as the nearest that does: below 128 the peer's fault, from there on
/// ours.
[[nodiscard]] chain::ResponseCode response_code(std::uint8_t byte);

// Frames.

/// What a request or response frame begins with, behind the channel byte.
struct ExchangeHeader {
  std::uint64_t id = 0;
  std::uint8_t protocol = 0;  ///< Whatever the frame says; a Protocol once names_protocol().

  [[nodiscard]] bool names_protocol() const { return protocol < 3; }
};

/// Reads the header of a frame; `body` becomes what follows it. Nothing when the frame is too short.
[[nodiscard]] std::optional<ExchangeHeader> decode_header(base::ByteView frame, base::ByteView& body);

[[nodiscard]] base::Bytes encode_request(std::uint64_t id, const chain::Request& request);
/// Fails with what read_payload fails with, kBadSsz, or kBadRequest (bytes left over).
[[nodiscard]] base::Result<chain::Request, chain::Drop> decode_request(chain::Protocol protocol,
                                                                       base::ByteView body);

/// The response is over.
struct EndOfResponse {};
/// What one frame of a response holds.
using ResponsePiece =
    std::variant<EndOfResponse, spec::Status, chain::SignedBlockPointer, chain::RefusedAnswer>;

/// A piece with its place in the response, from 0.
struct IndexedPiece {
  std::uint64_t index = 0;
  base::ByteView body;
};

[[nodiscard]] base::Bytes encode_piece(std::uint64_t id, chain::Protocol protocol, std::uint64_t index,
                                       const ResponsePiece& piece);
/// Splits the body of a response frame; nothing when it has no index.
[[nodiscard]] std::optional<IndexedPiece> decode_index(base::ByteView body);
/// Fails with what read_payload fails with, kBadSsz, or kBadResponse (bytes left over).
[[nodiscard]] base::Result<ResponsePiece, chain::Drop> decode_piece(chain::Protocol protocol,
                                                                    base::ByteView body);

}  // namespace lockstep::networking
