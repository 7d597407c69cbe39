// Fuzzes the SSZ decoder of votes, whose signature has the form that the scheme asks for.
#include "harness.h"
#include "node/crypto/xmss.h"
#include "node/spec/ssz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lockstep;
  static const crypto::XmssScheme scheme(crypto::kXmssTest);
  const auto vote = spec::decode_signed_attestation({data, size}, scheme);
  if (vote) {
    fuzz::check(spec::encode(*vote) == base::Bytes(data, data + size), "encode(decode(x)) == x");
    fuzz::check(scheme.is_well_formed(vote->signature.data),
                "a vote that decodes has a well-formed signature");
  }
  return 0;
}
