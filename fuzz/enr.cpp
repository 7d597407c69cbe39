// Fuzzes the reader of node records, as RLP or as text; the first byte chooses.
#include "node/networking/enr.h"
#include "harness.h"
#include "node/networking/rlp.h"
#include "node/networking/text_codec.h"

namespace {

using namespace lockstep;

/// Everything that a record says can be asked of any record.
void ask_everything(const networking::Enr& enr) {
  const auto key = enr.public_key();
  fuzz::check(enr.is_valid() == (key.has_value() && enr.identity_scheme() == "v4"),
              "validity is what it says");
  fuzz::check(!enr.node_id() || key, "a node id needs a key");
  fuzz::check(enr.peer_id().has_value() == key.has_value(), "a key has a peer id");
  fuzz::check(!enr.multiaddr() || (enr.ip4() && (enr.quic_port() || enr.udp_port())), "where to dial");
  static_cast<void>(enr.eth2_data());
  static_cast<void>(enr.attestation_subnets());
  static_cast<void>(enr.is_aggregator());
  static_cast<void>(enr.signature_is_valid());
}

void record(base::ByteView input) {
  const auto enr = networking::Enr::from_rlp(input);
  if (!enr) {
    return;
  }
  ask_everything(*enr);
  const base::Bytes rlp = enr->to_rlp();
  const auto again = networking::Enr::from_rlp(rlp);
  fuzz::check(again.has_value() && again->to_rlp() == rlp, "what was written is read alike");
  const auto from_text = networking::Enr::from_text(enr->to_text());
  fuzz::check(from_text.has_value() && from_text->to_rlp() == rlp, "its text is read alike");
}

void list(base::ByteView input) {
  const auto items = networking::decode_rlp_list(input);
  if (items) {
    const base::Bytes encoded = networking::encode_rlp_list(*items);
    fuzz::check(encoded.size() <= input.size(), "the encoder knows no longer form than the input's");
    fuzz::check(networking::decode_rlp_list(encoded)->size() == items->size(), "the list is read back");
  }
}

void text(base::ByteView input) {
  static_cast<void>(networking::Enr::from_text(fuzz::as_text(input)));
  const base::Bytes bytes(input.begin(), input.end());
  fuzz::check(networking::from_base64url(networking::to_base64url(bytes)) == bytes, "Base64 comes back");
  if (input.size() <= 256) {
    fuzz::check(networking::from_base58(networking::to_base58(bytes)) == bytes, "Base58 comes back");
  }
  static_cast<void>(networking::from_base58(fuzz::as_text(input)));
  static_cast<void>(networking::is_utf8(input));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  base::ByteView input(data, size);
  switch (fuzz::choose(input, 3)) {
    case 0:
      record(input);
      break;
    case 1:
      list(input);
      break;
    default:
      text(input);
  }
  return 0;
}
