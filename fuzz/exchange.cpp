// Fuzzes what requests and responses are made of: header, payload, snappy frames and SSZ inside. The first
// byte chooses which.
#include "harness.h"
#include "node/networking/request_codec.h"

namespace {

using namespace lockstep;

/// What a frame holds behind its header.
base::ByteView body_of(const base::Bytes& frame) {
  base::ByteView body;
  const auto header = networking::decode_header(frame, body);
  fuzz::check(header.has_value(), "the header of our own frame is read");
  return body;
}

void request(base::ByteView frame) {
  base::ByteView body;
  const auto header = networking::decode_header(frame, body);
  if (!header || !header->names_protocol()) {
    return;
  }
  const auto protocol = static_cast<chain::Protocol>(header->protocol);
  const auto request = networking::decode_request(protocol, body);
  if (!request) {
    return;
  }
  const base::Bytes encoded = networking::encode_request(header->id, *request);
  const auto again = networking::decode_request(protocol, body_of(encoded));
  fuzz::check(again.has_value() && *again == *request, "decode(encode(request)) == request");
}

void response(base::ByteView frame) {
  base::ByteView body;
  const auto header = networking::decode_header(frame, body);
  if (!header || !header->names_protocol()) {
    return;
  }
  const auto protocol = static_cast<chain::Protocol>(header->protocol);
  const auto place = networking::decode_index(body);
  if (!place) {
    return;
  }
  const auto piece = networking::decode_piece(protocol, place->body);
  if (!piece) {
    return;
  }
  const base::Bytes encoded = networking::encode_piece(header->id, protocol, place->index, *piece);
  const auto place_again = networking::decode_index(body_of(encoded));
  fuzz::check(place_again.has_value() && place_again->index == place->index, "an index survives encoding");
  const auto again = networking::decode_piece(protocol, place_again->body);
  fuzz::check(again.has_value() && again->index() == piece->index(), "a piece survives encoding");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  base::ByteView input(data, size);
  if (fuzz::choose(input, 2) == 0) {
    request(input);
  } else {
    response(input);
  }
  return 0;
}
