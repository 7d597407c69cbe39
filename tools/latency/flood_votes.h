// Votes with real XMSS signatures, made beforehand, as frames that a peer would send.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "node/chain/anchor.h"
#include "node/crypto/xmss.h"
#include "node/runtime/transport.h"
#include "node/validator/own_validator.h"

namespace lockstep::latency {

/// Keys of many validators, with leanSpec's test parameters.
class Keys {
 public:
  /// The same seed gives the same keys. Only the first `proposers` have proposal keys of their own; the
  /// others share one.
  Keys(std::size_t validators, std::size_t proposers, std::uint64_t seed);

  [[nodiscard]] std::size_t size() const { return attestation_.size(); }
  [[nodiscard]] const crypto::XmssScheme& scheme() const { return scheme_; }
  [[nodiscard]] std::shared_ptr<const chain::Anchor> anchor(std::uint64_t genesis_time) const;
  /// The validators [first, first + count) for a node to sign with.
  [[nodiscard]] std::vector<validator::OwnValidator> own(std::size_t first, std::size_t count) const;
  /// A validator's key for votes, afresh: it remembers nothing that was signed.
  [[nodiscard]] crypto::XmssSigningKey voting_key(std::size_t validator) const;

 private:
  crypto::XmssScheme scheme_{crypto::kXmssTest};
  std::vector<crypto::XmssKeyPair> attestation_;
  std::vector<crypto::XmssKeyPair> proposal_;
};

/// What a flood consists of.
struct FloodPlan {
  std::string network;
  std::uint64_t per_interval = 1000;
  std::uint64_t first_interval = 5;  ///< Of the chain.
  std::uint64_t intervals = 50;
  std::uint64_t unknown_percent = 74;  ///< Votes for a head that nobody has; the others are valid.
};

/// All frames of a flood in the order in which they are to be sent, no two the same, each signature real.
/// Signing takes about half a millisecond for each, on all CPUs at once; the result does not depend on how
/// many. Requires: no more votes of one slot are valid than there are validators.
[[nodiscard]] std::vector<runtime::Frame> make_flood(const Keys& keys, const chain::Anchor& anchor,
                                                     const FloodPlan& plan);

}  // namespace lockstep::latency
