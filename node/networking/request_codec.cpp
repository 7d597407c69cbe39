// Reading and writing of request and response frames.
#include "node/networking/request_codec.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

#include "node/networking/gossip.h"
#include "node/networking/payloads.h"
#include "node/networking/snappy_codec.h"
#include "node/networking/varint.h"

namespace lockstep::networking {
namespace {

constexpr std::size_t kHeaderBytes = 1 + 8 + 1;
constexpr std::uint8_t kProtocols = 3;

base::Bytes begin_frame(Channel channel, std::uint64_t id, chain::Protocol protocol) {
  base::Bytes out(kHeaderBytes);
  out[0] = static_cast<std::uint8_t>(channel);
  base::store_le(id, &out[1]);
  out[9] = static_cast<std::uint8_t>(protocol);
  return out;
}

void append_payload(base::ByteView ssz, base::Bytes& out) {
  append_varint(out, ssz.size());
  append_snappy_frames(ssz, out);
}

/// Reads varint(length) ‖ snappy frames at `at`; false when that is malformed or longer than allowed.
bool read_payload(base::ByteView in, std::size_t& at, base::Bytes& ssz) {
  const std::optional<std::uint64_t> length = read_varint(in, at);
  return length && *length <= kPayloadBytesMax && read_snappy_frames(in, at, *length, ssz);
}

void append_chunk(chain::ResponseCode code, base::ByteView ssz, base::Bytes& out) {
  out.push_back(static_cast<std::uint8_t>(code));
  append_payload(ssz, out);
}

/// Codes that do not exist are read as the nearest that does: below 128 the peer's fault, from there on ours.
chain::ResponseCode code_of(std::uint8_t byte) {
  if (byte <= static_cast<std::uint8_t>(chain::ResponseCode::kResourceUnavailable)) {
    return static_cast<chain::ResponseCode>(byte);
  }
  return byte < 128 ? chain::ResponseCode::kServerError : chain::ResponseCode::kInvalidRequest;
}

chain::RefusedAnswer refusal(chain::ResponseCode code, base::ByteView text) {
  const base::ByteView cut = text.first(std::min(text.size(), kErrorTextBytesMax));
  return {.code = code, .text = std::string(cut.begin(), cut.end())};
}

std::optional<chain::Response> decode_blocks(base::ByteView body) {
  chain::BlocksAnswer answer;
  base::Bytes ssz;
  for (std::size_t at = 0; at < body.size();) {
    const chain::ResponseCode code = code_of(body[at++]);
    if (!read_payload(body, at, ssz)) {
      return std::nullopt;
    }
    if (code != chain::ResponseCode::kSuccess) {
      if (answer.blocks.empty()) {
        return refusal(code, ssz);
      }
      break;
    }
    chain::SignedBlockPointer block = decode_signed_block(ssz);
    if (block == nullptr || answer.blocks.size() >= spec::MAX_REQUEST_BLOCKS) {
      return std::nullopt;
    }
    answer.blocks.push_back(std::move(block));
  }
  return answer;
}

std::optional<chain::Response> decode_status_answer(base::ByteView body) {
  base::Bytes ssz;
  std::size_t at = 1;
  if (body.size() < 2 || !read_payload(body, at, ssz)) {
    return std::nullopt;
  }
  const chain::ResponseCode code = code_of(body[0]);
  if (code != chain::ResponseCode::kSuccess) {
    return refusal(code, ssz);
  }
  const std::optional<spec::Status> status = decode_status(ssz);
  if (!status) {
    return std::nullopt;
  }
  return chain::StatusAnswer{.status = *status};
}

}  // namespace

std::optional<ExchangeHeader> decode_header(base::ByteView frame, base::ByteView& body) {
  if (frame.size() < kHeaderBytes || frame[9] >= kProtocols) {
    return std::nullopt;
  }
  body = frame.subspan(kHeaderBytes);
  return ExchangeHeader{.id = base::load_le<std::uint64_t>(&frame[1]),
                        .protocol = static_cast<chain::Protocol>(frame[9])};
}

base::Bytes encode_request(std::uint64_t id, const chain::Request& request) {
  base::Bytes out = begin_frame(Channel::kRequest, id, static_cast<chain::Protocol>(request.index()));
  append_payload(encode_request_payload(request), out);
  return out;
}

std::optional<chain::Request> decode_request(chain::Protocol protocol, base::ByteView body) {
  base::Bytes ssz;
  std::size_t at = 0;
  if (!read_payload(body, at, ssz) || at != body.size()) {
    return std::nullopt;
  }
  return decode_request_payload(protocol, ssz);
}

base::Bytes encode_response(std::uint64_t id, chain::Protocol protocol, const chain::Response& response,
                            std::size_t& items) {
  base::Bytes out = begin_frame(Channel::kResponse, id, protocol);
  items = 0;
  if (const auto* status = std::get_if<chain::StatusAnswer>(&response)) {
    append_chunk(chain::ResponseCode::kSuccess, encode_status(status->status), out);
    items = 1;
  } else if (const auto* answer = std::get_if<chain::BlocksAnswer>(&response)) {
    base::Bytes chunk;
    for (const chain::SignedBlockPointer& block : answer->blocks) {
      chunk.clear();
      append_chunk(chain::ResponseCode::kSuccess, encode_signed_block(*block), chunk);
      if (out.size() + chunk.size() > kResponseBytesMax) {
        break;
      }
      out.insert(out.end(), chunk.begin(), chunk.end());
      ++items;
    }
  } else if (const auto* refused = std::get_if<chain::RefusedAnswer>(&response)) {
    const std::string text = refused->text.substr(0, kErrorTextBytesMax);
    append_chunk(refused->code, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, out);
  }
  return out;
}

std::optional<chain::Response> decode_response(chain::Protocol protocol, base::ByteView body) {
  return protocol == chain::Protocol::kStatus ? decode_status_answer(body) : decode_blocks(body);
}

}  // namespace lockstep::networking
