// Fuzzes the SSZ decoders of XMSS keys and signatures, and verification of whatever decodes. The first byte
// chooses.
#include "node/crypto/xmss.h"
#include "harness.h"
#include "node/crypto/xmss_types.h"

namespace {

using namespace lockstep;
using crypto::kXmssProduction;
using crypto::kXmssTest;

template <typename T>
void check_canonical(const std::optional<T>& value, base::ByteView bytes) {
  if (value) {
    fuzz::check(crypto::encode(*value) == base::Bytes(bytes.begin(), bytes.end()), "encode(decode(x)) == x");
  }
}

void public_key(base::ByteView bytes) {
  if (const auto fixed = base::Bytes52::from(bytes)) {
    const auto key = crypto::decode_xmss_public_key(*fixed);
    fuzz::check(!key || crypto::encode(*key) == *fixed, "encode(decode(key)) == key");
  }
}

void signature(const crypto::XmssParameters& parameters, base::ByteView bytes) {
  const auto read = crypto::decode_xmss_signature(parameters, bytes);
  check_canonical(read, bytes);
  const crypto::XmssScheme scheme(parameters);
  fuzz::check(scheme.is_well_formed(bytes) == read.has_value(), "well-formed is what decodes");
  if (read) {
    static_cast<void>(crypto::xmss_verify(scheme.hash(), {}, 3, {}, *read));
  }
}

void secret_key(base::ByteView bytes) {
  const auto key = crypto::decode_xmss_secret_key(kXmssTest, bytes);
  check_canonical(key, bytes);
  auto loaded = crypto::XmssSigningKey::load(kXmssTest, bytes);
  fuzz::check(!loaded || key.has_value(), "only what decodes can be loaded");
  if (loaded) {
    const auto slot = key->activation_slot;
    const auto signed_message = loaded->sign(slot, {});
    fuzz::check(!signed_message || signed_message->size() == kXmssTest.signature_size(),
                "signatures have one size");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  base::ByteView input(data, size);
  switch (fuzz::choose(input, 7)) {
    case 0:
      public_key(input);
      break;
    case 1:
      signature(kXmssTest, input);
      break;
    case 2:
      signature(kXmssProduction, input);
      break;
    case 3:
      secret_key(input);
      break;
    case 4:
      check_canonical(crypto::decode_hash_tree_opening(kXmssTest, input), input);
      break;
    case 5:
      check_canonical(crypto::decode_hash_tree_layer(kXmssTest, input), input);
      break;
    default:
      check_canonical(crypto::decode_hash_sub_tree(kXmssTest, input), input);
  }
  return 0;
}
