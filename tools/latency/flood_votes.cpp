// Making keys, and signing votes.
#include "tools/latency/flood_votes.h"

#include <utility>

#include "node/base/assert.h"
#include "node/networking/gossip.h"
#include "node/networking/payloads.h"
#include "node/networking/rpc.h"
#include "node/networking/snappy_codec.h"
#include "node/networking/topics.h"
#include "node/spec/hash_tree_root.h"
#include "node/spec/slot.h"

namespace lockstep::latency {
namespace {

/// That keys last for: four minutes.
constexpr std::uint64_t kSlots = 64;

/// SplitMix64: the same numbers on every machine.
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  void fill(std::span<std::uint8_t> out) {
    for (std::uint8_t& byte : out) {
      byte = static_cast<std::uint8_t>(next());
    }
  }

 private:
  std::uint64_t state_;
};

crypto::XmssKeyPair make_pair(const crypto::XmssScheme& scheme, Numbers& numbers) {
  auto pair =
      crypto::xmss_key_gen(scheme.hash(), 0, kSlots, [&](std::span<std::uint8_t> out) { numbers.fill(out); });
  LOCKSTEP_ASSERT(pair.has_value());
  return std::move(*pair);
}

runtime::Frame frame_of(const spec::SignedAttestation& vote, const std::string& topic) {
  base::Bytes compressed;
  networking::append_snappy_block(networking::encode_signed_attestation(vote), compressed);
  networking::RpcView rpc;
  rpc.publish.push_back({topic, compressed});
  auto frame = std::make_shared<base::Bytes>();
  frame->push_back(static_cast<std::uint8_t>(networking::Channel::kGossip));
  networking::encode_rpc(rpc, *frame);
  return frame;
}

}  // namespace

Keys::Keys(std::size_t validators, std::size_t proposers, std::uint64_t seed) {
  Numbers numbers(seed);
  for (std::size_t i = 0; i < validators; ++i) {
    attestation_.push_back(make_pair(scheme_, numbers));
    proposal_.push_back(i <= proposers ? make_pair(scheme_, numbers) : proposal_.back());
  }
}

std::shared_ptr<const chain::Anchor> Keys::anchor(std::uint64_t genesis_time) const {
  std::vector<spec::Validator> registry;
  for (const auto& own : own(0, size())) {
    registry.push_back({own.attestation_key->public_key(), own.proposal_key->public_key(), own.index});
  }
  return chain::genesis_anchor(genesis_time,
                               std::make_shared<const spec::ValidatorRegistry>(std::move(registry)));
}

std::vector<validator::OwnValidator> Keys::own(std::size_t first, std::size_t count) const {
  std::vector<validator::OwnValidator> out;
  const auto key = [](const crypto::XmssKeyPair& pair) {
    return std::make_shared<crypto::XmssSigningKey>(crypto::kXmssTest, pair.secret_key);
  };
  for (std::size_t i = first; i < first + count; ++i) {
    out.push_back({spec::ValidatorIndex(i), key(attestation_[i]), key(proposal_[i])});
  }
  return out;
}

base::Bytes Keys::sign(std::size_t validator, std::uint64_t slot, const base::Bytes32& message) const {
  // A vote names its validator's slot, so that which tree of the key is prepared matters.
  crypto::XmssSigningKey key(crypto::kXmssTest, attestation_[validator].secret_key);
  LOCKSTEP_ASSERT(key.prepare(slot));
  auto signature = key.sign(slot, message);
  LOCKSTEP_ASSERT(signature.has_value());
  return std::move(*signature);
}

std::vector<runtime::Frame> make_flood(const Keys& keys, const chain::Anchor& anchor, const FloodPlan& plan) {
  const networking::Topics topics(plan.network);
  const spec::Checkpoint genesis{spec::hash_tree_root(anchor.block), anchor.block.slot};
  Numbers numbers(plan.first_interval);
  std::vector<runtime::Frame> frames;
  std::uint64_t valid_votes = 0;
  for (std::uint64_t interval = 0; interval < plan.intervals; ++interval) {
    const std::uint64_t slot = (plan.first_interval + interval) / spec::INTERVALS_PER_SLOT;
    for (std::uint64_t i = 0; i < plan.per_interval; ++i) {
      spec::SignedAttestation vote;
      vote.data = {.slot = spec::Slot(slot), .head = genesis, .target = genesis, .source = genesis};
      std::size_t validator = 0;
      if (numbers.next() % 100 < plan.unknown_percent) {
        numbers.fill(vote.data.head.root.data);
        validator = numbers.next() % keys.size();
      } else {
        // One after the other, so that nobody votes twice for the same.
        validator = valid_votes++ % keys.size();
      }
      vote.validator_index = spec::ValidatorIndex(validator);
      vote.signature.data = keys.sign(validator, slot, spec::hash_tree_root(vote.data));
      frames.push_back(frame_of(vote, topics.name(networking::TopicKind::kAttestation)));
    }
  }
  return frames;
}

}  // namespace lockstep::latency
