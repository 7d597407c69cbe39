// A valid production signature without the half minute that a production key takes: all but one leaf is
// invented.
#pragma once

#include <optional>
#include <vector>

#include "node/base/assert.h"
#include "node/crypto/xmss.h"
#include "noise.h"

namespace lockstep::crypto::tests {

struct SignedMessage {
  PublicKey key;
  std::uint64_t slot = 0;
  base::Bytes32 message;
  base::Bytes signature;
};

/// Signs a message of noise for `slot` by a key of which only this leaf exists: random chains and siblings,
/// the root computed from them.
inline SignedMessage synthesize(const XmssParameters& parameters, std::uint64_t slot, std::uint64_t seed) {
  const XmssHash hash(parameters);
  const ByteSource source = bytes_from_seed(Noise(seed).fixed<32>());
  const auto digest = [&source] {
    HashDigest out;
    for (Fp& element : out) {
      element = draw_element(source);
    }
    return out;
  };

  SignedMessage out;
  out.slot = slot;
  source(out.message.data);
  XmssPublicKey key;
  for (Fp& element : key.parameter) {
    element = draw_element(source);
  }
  XmssSignature signature;
  std::optional<Codeword> codeword;
  while (!codeword) {
    for (Fp& element : signature.rho) {
      element = draw_element(source);
    }
    codeword = hash.encode(key.parameter, slot, signature.rho, message_elements(out.message));
  }

  std::vector<HashDigest> ends;
  for (std::size_t chain = 0; chain < parameters.dimension; ++chain) {
    signature.hashes.push_back(hash.walk_chain(key.parameter, slot, chain, 0, (*codeword)[chain], digest()));
    ends.push_back(hash.walk_chain(key.parameter, slot, chain, (*codeword)[chain], kWinternitzBase - 1,
                                   signature.hashes.back()));
  }
  key.root = hash.leaf(key.parameter, slot, ends);
  for (std::uint32_t level = 1; level <= parameters.log_lifetime; ++level) {
    signature.path.siblings.push_back(digest());
    const bool is_left = (slot >> (level - 1)) % 2 == 0;
    const HashDigest& sibling = signature.path.siblings.back();
    key.root = hash.node(key.parameter, level, slot >> level, is_left ? key.root : sibling,
                         is_left ? sibling : key.root);
  }
  out.key = encode(key);
  out.signature = encode(signature);
  return out;
}

}  // namespace lockstep::crypto::tests
