// Fuzzes what comes over a TCP connection: the hello, the cutting into frames, and addresses that users type.
#include <algorithm>

#include "harness.h"
#include "node/real/tcp_wire.h"

namespace {

using namespace lockstep;

constexpr std::size_t kFrameMax = 1 << 12;

void hello(base::ByteView input) {
  real::HelloBytes bytes{};
  std::copy_n(input.begin(), std::min(input.size(), bytes.size()), bytes.begin());
  if (const auto read = real::decode_hello(bytes)) {
    fuzz::check(real::encode_hello(*read) == bytes, "encode(decode(hello)) == hello");
  }
}

/// All frames of `input` when it arrives in pieces of `piece` bytes.
std::vector<base::Bytes> frames(base::ByteView input, std::size_t piece, bool& oversize) {
  real::FrameDecoder decoder(kFrameMax);
  std::vector<base::Bytes> all;
  while (!input.empty() && !decoder.oversize()) {
    base::ByteView arrived = input.first(std::min(piece, input.size()));
    input = input.subspan(arrived.size());
    while (!arrived.empty() && !decoder.oversize()) {
      if (auto frame = decoder.take(arrived)) {
        fuzz::check(frame->size() <= kFrameMax, "a frame within its bound");
        all.push_back(std::move(*frame));
      }
    }
  }
  oversize = decoder.oversize();
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  base::ByteView input(data, size);
  const std::size_t which = fuzz::choose(input, 3);
  if (which == 0) {
    hello(input);
  } else if (which == 1) {
    const std::size_t piece = fuzz::choose(input, 32) + 1;
    bool oversize_at_once = false;
    bool oversize_in_pieces = false;
    const auto at_once = frames(input, input.size() + 1, oversize_at_once);
    fuzz::check(at_once == frames(input, piece, oversize_in_pieces) && oversize_at_once == oversize_in_pieces,
                "frames do not depend on how their bytes arrive");
  } else if (const auto address = real::parse_address(fuzz::as_text(input))) {
    fuzz::check(!address->host.empty() && !address->port.empty(), "an address has a host and a port");
  }
  return 0;
}
