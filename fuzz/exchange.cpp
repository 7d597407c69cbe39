// Fuzzes requests and responses: header, body, snappy frames and SSZ inside. The first byte chooses which.
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
  if (!header) {
    return;
  }
  const auto request = networking::decode_request(header->protocol, body);
  if (!request) {
    return;
  }
  const base::Bytes encoded = networking::encode_request(header->id, *request);
  const auto again = networking::decode_request(header->protocol, body_of(encoded));
  fuzz::check(again.has_value() && *again == *request, "decode(encode(request)) == request");
}

void response(base::ByteView frame) {
  base::ByteView body;
  const auto header = networking::decode_header(frame, body);
  if (!header) {
    return;
  }
  const auto response = networking::decode_response(header->protocol, body);
  if (!response) {
    return;
  }
  std::size_t items = 0;
  const base::Bytes encoded = networking::encode_response(header->id, header->protocol, *response, items);
  const auto again = networking::decode_response(header->protocol, body_of(encoded));
  fuzz::check(again.has_value() && again->index() == response->index(), "a response survives encoding");
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
