// Bytes that a decoder of the wire must refuse.
#include "node/networking/enr.h"
#include "node/networking/framed_payload.h"
#include "node/networking/rpc.h"
#include "node/networking/snappy_codec.h"
#include "node/networking/varint.h"
#include "tools/vectors/networking_checks.h"

namespace lockstep::vectors {
namespace {

using namespace networking;

bool decodes_block(base::ByteView in) {
  const std::optional<std::size_t> length = snappy_block_length(in);
  base::Bytes out;
  return length && *length <= kPayloadBytesMax && decode_snappy_block(in, out);
}

bool decodes_frames(base::ByteView in) {
  base::Bytes out;
  return decode_snappy_frames(in, kPayloadBytesMax, out);
}

bool decodes_rpc(base::ByteView in) {
  RpcView out;
  return decode_rpc(in, out);
}

bool decodes_varint(base::ByteView in) {
  std::size_t at = 0;
  return read_varint(in, at).has_value();
}

bool decodes(const std::string& decoder, base::ByteView in) {
  if (decoder == "varint") {
    return decodes_varint(in);
  }
  if (decoder == "snappy_frame") {
    return decodes_frames(in);
  }
  if (decoder == "snappy_block") {
    return decodes_block(in);
  }
  if (decoder == "gossipsub_rpc") {
    return decodes_rpc(in);
  }
  if (decoder == "reqresp_request") {
    return decode_framed_payload(in).has_value();
  }
  if (decoder == "reqresp_response") {
    // The code in front may be any byte: those that do not exist are read as the nearest that does.
    return !in.empty() && decode_framed_payload(in.subspan(1)).has_value();
  }
  if (decoder == "enr") {
    return Enr::from_rlp(in).has_value();
  }
  throw Malformed("there is no decoder " + decoder);
}

}  // namespace

void check_decode_failure(const Json& codec) {
  const std::string decoder = read_string(member(codec, "decoder"));
  expect(!decodes(decoder, read_bytes(member(codec, "rawBytes"))),
         decoder + " takes bytes that it must refuse");
}

}  // namespace lockstep::vectors
