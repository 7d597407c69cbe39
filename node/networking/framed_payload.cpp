// A length and the frames that must give it.
#include "node/networking/framed_payload.h"

#include "node/base/assert.h"
#include "node/networking/snappy_codec.h"
#include "node/networking/varint.h"

namespace lockstep::networking {

void append_framed_payload(base::ByteView ssz, base::Bytes& out) {
  LOCKSTEP_ASSERT(ssz.size() <= kPayloadBytesMax);
  append_varint(out, ssz.size());
  append_snappy_frames(ssz, out);
}

std::optional<base::Bytes> decode_framed_payload(base::ByteView in) {
  std::size_t at = 0;
  const std::optional<std::uint64_t> length = read_varint(in, at);
  if (!length || *length > kPayloadBytesMax) {
    return std::nullopt;
  }
  base::Bytes ssz;
  if (!decode_snappy_frames(in.subspan(at), *length, ssz) || ssz.size() != *length) {
    return std::nullopt;
  }
  return ssz;
}

}  // namespace lockstep::networking
