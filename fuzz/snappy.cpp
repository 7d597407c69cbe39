// Fuzzes snappy in both forms, as compressed bytes from a peer and as plain bytes of our own; the first byte
// chooses.
#include "harness.h"
#include "node/networking/framed_payload.h"
#include "node/networking/snappy_codec.h"

namespace {

using namespace lockstep;

/// Larger claims are refused by the callers; small ones keep the fuzzer fast.
constexpr std::size_t kLengthMax = 1 << 16;

void compressed_block(base::ByteView input) {
  const auto length = networking::snappy_block_length(input);
  base::Bytes out;
  if (length && *length <= kLengthMax && networking::decode_snappy_block(input, out)) {
    fuzz::check(out.size() == *length, "a block holds what it says");
  }
}

void compressed_frames(base::ByteView input) {
  const std::size_t length = (fuzz::choose(input, 256) << 8) + fuzz::choose(input, 256);
  std::size_t at = 0;
  base::Bytes out;
  if (networking::read_snappy_frames(input, at, length, out)) {
    fuzz::check(out.size() == length && at <= input.size(), "frames give what was asked for");
  }
}

void all_frames(base::ByteView input) {
  base::Bytes out;
  if (networking::decode_snappy_frames(input, kLengthMax, out)) {
    fuzz::check(out.size() <= kLengthMax, "frames give no more than they may");
  }
  const auto payload = networking::decode_framed_payload(input);
  if (payload) {
    base::Bytes encoded;
    networking::append_framed_payload(*payload, encoded);
    fuzz::check(networking::decode_framed_payload(encoded) == payload, "a payload comes back");
  }
}

void plain(base::ByteView input) {
  const base::Bytes original(input.begin(), input.end());
  base::Bytes block;
  networking::append_snappy_block(input, block);
  base::Bytes out;
  fuzz::check(networking::snappy_block_length(block) == original.size(), "the length of our own block");
  fuzz::check(networking::decode_snappy_block(block, out) && out == original, "our own block decodes");
  base::Bytes frames;
  networking::append_snappy_frames(input, frames);
  std::size_t at = 0;
  fuzz::check(networking::read_snappy_frames(frames, at, original.size(), out) && out == original,
              "our own frames decode");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  base::ByteView input(data, size);
  switch (fuzz::choose(input, 4)) {
    case 0:
      compressed_block(input);
      break;
    case 1:
      compressed_frames(input);
      break;
    case 2:
      plain(input);
      break;
    default:
      all_frames(input);
  }
  return 0;
}
