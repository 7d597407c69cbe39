// Reading and writing of request and response frames.
#include "node/networking/request_codec.h"

#include <algorithm>
#include <utility>

#include "node/networking/framed_payload.h"
#include "node/networking/gossip.h"
#include "node/networking/payloads.h"
#include "node/networking/snappy_codec.h"
#include "node/networking/varint.h"

namespace lockstep::networking {
namespace {

constexpr std::size_t kHeaderBytes = 1 + 8 + 1;

base::Bytes begin_frame(Channel channel, std::uint64_t id, chain::Protocol protocol) {
  base::Bytes out(kHeaderBytes);
  out[0] = static_cast<std::uint8_t>(channel);
  base::store_le(id, &out[1]);
  out[9] = static_cast<std::uint8_t>(protocol);
  return out;
}

base::ByteView text_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), std::min(text.size(), kErrorTextBytesMax)};
}

template <typename T>
base::Result<T, chain::Drop> failed(chain::Drop why) {
  return {boost::system::in_place_error, why};
}

base::Result<ResponsePiece, chain::Drop> decode_success(chain::Protocol protocol, base::ByteView ssz) {
  if (protocol == chain::Protocol::kStatus) {
    if (const std::optional<spec::Status> status = decode_status(ssz)) {
      return ResponsePiece(*status);
    }
  } else if (chain::SignedBlockPointer block = decode_signed_block(ssz)) {
    return ResponsePiece(std::move(block));
  }
  return failed<ResponsePiece>(chain::Drop::kBadSsz);
}

}  // namespace

base::Result<base::Bytes, chain::Drop> read_payload(base::ByteView in, std::size_t& at,
                                                    chain::Drop otherwise) {
  const std::optional<std::uint64_t> length = read_varint(in, at);
  if (!length) {
    return failed<base::Bytes>(otherwise);
  }
  if (*length > kPayloadBytesMax || in.size() - at > framed_bytes_max(*length)) {
    return failed<base::Bytes>(chain::Drop::kTooLong);
  }
  base::Bytes ssz;
  if (!read_snappy_frames(in, at, *length, ssz)) {
    return failed<base::Bytes>(chain::Drop::kBadSnappy);
  }
  return ssz;
}

void append_chunk(chain::ResponseCode code, base::ByteView ssz, base::Bytes& out) {
  out.push_back(static_cast<std::uint8_t>(code));
  append_framed_payload(ssz, out);
}

chain::ResponseCode response_code(std::uint8_t byte) {
  if (byte <= static_cast<std::uint8_t>(chain::ResponseCode::kResourceUnavailable)) {
    return static_cast<chain::ResponseCode>(byte);
  }
  return byte < 128 ? chain::ResponseCode::kServerError : chain::ResponseCode::kInvalidRequest;
}

std::optional<ExchangeHeader> decode_header(base::ByteView frame, base::ByteView& body) {
  if (frame.size() < kHeaderBytes) {
    return std::nullopt;
  }
  body = frame.subspan(kHeaderBytes);
  return ExchangeHeader{.id = base::load_le<std::uint64_t>(&frame[1]), .protocol = frame[9]};
}

base::Bytes encode_request(std::uint64_t id, const chain::Request& request) {
  base::Bytes out = begin_frame(Channel::kRequest, id, static_cast<chain::Protocol>(request.index()));
  append_framed_payload(encode_request_payload(request), out);
  return out;
}

base::Result<chain::Request, chain::Drop> decode_request(chain::Protocol protocol, base::ByteView body) {
  std::size_t at = 0;
  const base::Result<base::Bytes, chain::Drop> ssz = read_payload(body, at, chain::Drop::kBadRequest);
  if (!ssz) {
    return failed<chain::Request>(ssz.error());
  }
  if (at != body.size()) {
    return failed<chain::Request>(chain::Drop::kBadRequest);
  }
  std::optional<chain::Request> request = decode_request_payload(protocol, *ssz);
  if (!request) {
    return failed<chain::Request>(chain::Drop::kBadSsz);
  }
  return *std::move(request);
}

base::Bytes encode_piece(std::uint64_t id, chain::Protocol protocol, std::uint64_t index,
                         const ResponsePiece& piece) {
  base::Bytes out = begin_frame(Channel::kResponse, id, protocol);
  append_varint(out, index);
  if (const auto* status = std::get_if<spec::Status>(&piece)) {
    append_chunk(chain::ResponseCode::kSuccess, encode_status(*status), out);
  } else if (const auto* block = std::get_if<chain::SignedBlockPointer>(&piece)) {
    append_chunk(chain::ResponseCode::kSuccess, encode_signed_block(**block), out);
  } else if (const auto* refused = std::get_if<chain::RefusedAnswer>(&piece)) {
    append_chunk(refused->code, text_bytes(refused->text), out);
  }
  return out;
}

std::optional<IndexedPiece> decode_index(base::ByteView body) {
  std::size_t at = 0;
  const std::optional<std::uint64_t> index = read_varint(body, at);
  if (!index) {
    return std::nullopt;
  }
  return IndexedPiece{.index = *index, .body = body.subspan(at)};
}

base::Result<ResponsePiece, chain::Drop> decode_piece(chain::Protocol protocol, base::ByteView body) {
  if (body.empty()) {
    return ResponsePiece(EndOfResponse{});
  }
  std::size_t at = 1;
  const base::Result<base::Bytes, chain::Drop> ssz = read_payload(body, at, chain::Drop::kBadResponse);
  if (!ssz) {
    return failed<ResponsePiece>(ssz.error());
  }
  if (at != body.size()) {
    return failed<ResponsePiece>(chain::Drop::kBadResponse);
  }
  const chain::ResponseCode code = response_code(body[0]);
  if (code == chain::ResponseCode::kSuccess) {
    return decode_success(protocol, *ssz);
  }
  const base::ByteView text = base::ByteView(*ssz).first(std::min(ssz->size(), kErrorTextBytesMax));
  return ResponsePiece(chain::RefusedAnswer{.code = code, .text = std::string(text.begin(), text.end())});
}

}  // namespace lockstep::networking
