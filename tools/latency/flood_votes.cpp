// Making keys, and signing votes.
#include "tools/latency/flood_votes.h"

#include <algorithm>
#include <thread>
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

/// What the flood says, without signatures.
std::vector<spec::SignedAttestation> unsigned_votes(const Keys& keys, const chain::Anchor& anchor,
                                                    const FloodPlan& plan) {
  const spec::Checkpoint genesis{spec::hash_tree_root(anchor.block), anchor.block.slot};
  Numbers numbers(plan.first_interval);
  std::vector<spec::SignedAttestation> votes;
  std::uint64_t valid_votes = 0;
  for (std::uint64_t interval = 0; interval < plan.intervals; ++interval) {
    const std::uint64_t slot = (plan.first_interval + interval) / spec::INTERVALS_PER_SLOT;
    for (std::uint64_t i = 0; i < plan.per_interval; ++i) {
      spec::SignedAttestation& vote = votes.emplace_back();
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
    }
  }
  return votes;
}

/// Signs the votes of the validators first, first + step, … The flood makes validators sign a slot more than
/// once, as no honest one would: a fresh key for each vote lets them.
void sign_every(const Keys& keys, std::vector<spec::SignedAttestation>& votes, std::size_t first,
                std::size_t step) {
  for (spec::SignedAttestation& vote : votes) {
    if (vote.validator_index.value % step != first) {
      continue;
    }
    crypto::XmssSigningKey key = keys.voting_key(vote.validator_index.value);
    LOCKSTEP_ASSERT(key.prepare(vote.data.slot.value));
    auto signature = key.sign(vote.data.slot.value, spec::hash_tree_root(vote.data));
    LOCKSTEP_ASSERT(signature.has_value());
    vote.signature.data = std::move(*signature);
  }
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

crypto::XmssSigningKey Keys::voting_key(std::size_t validator) const {
  return {crypto::kXmssTest, attestation_[validator].secret_key};
}

std::vector<runtime::Frame> make_flood(const Keys& keys, const chain::Anchor& anchor, const FloodPlan& plan) {
  std::vector<spec::SignedAttestation> votes = unsigned_votes(keys, anchor, plan);
  const std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::thread> signers;
  for (std::size_t i = 0; i < threads; ++i) {
    signers.emplace_back([&keys, &votes, i, threads] { sign_every(keys, votes, i, threads); });
  }
  for (std::thread& signer : signers) {
    signer.join();
  }
  const std::string topic = networking::Topics(plan.network).name(networking::TopicKind::kAttestation);
  std::vector<runtime::Frame> frames;
  frames.reserve(votes.size());
  for (const spec::SignedAttestation& vote : votes) {
    frames.push_back(frame_of(vote, topic));
  }
  return frames;
}

}  // namespace lockstep::latency
