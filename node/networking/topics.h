// The gossip topics of a Lean network: their names, and their numbers inside the node.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/spec/config.h"
#include "node/spec/subnet.h"

namespace lockstep::networking {

/// What a topic carries.
enum class TopicKind : std::uint8_t { kBlock, kAggregation, kAttestation };
inline constexpr std::size_t kTopicKinds = 3;

/// A topic in parts: `/leanconsensus/<network>/<name>/ssz_snappy` (leanSpec: gossipsub/topic.py).
struct GossipTopic {
  TopicKind kind = TopicKind::kBlock;
  std::string network_name;
  /// Of attestation topics; one without a subnet can be read and written, and is followed by nobody.
  std::optional<std::uint64_t> subnet;

  [[nodiscard]] std::string to_text() const;
  /// Nothing for a string of another form. Slashes in front are read over, however many they are.
  [[nodiscard]] static std::optional<GossipTopic> parse(std::string_view text);
  /// Whether it belongs to the network of that name.
  [[nodiscard]] bool is_of(std::string_view network) const { return network_name == network; }

  friend bool operator==(const GossipTopic&, const GossipTopic&) = default;
};

/// A topic's number within a node: its place in Topics.
using TopicIndex = std::uint8_t;

/// The topics of one network that a node knows: blocks, aggregates, then one for each attestation subnet.
class Topics {
 public:
  /// Requires: 1 <= subnets <= spec::kSubnetsMax.
  explicit Topics(std::string_view network_name, std::uint64_t subnets = spec::ATTESTATION_COMMITTEE_COUNT);

  [[nodiscard]] std::size_t size() const { return names_.size(); }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] const std::string& name(TopicIndex topic) const { return names_[topic]; }
  [[nodiscard]] std::uint64_t subnets() const { return size() - (kTopicKinds - 1); }
  /// The name of the kind's first topic.
  [[nodiscard]] const std::string& name(TopicKind kind) const {
    return names_[static_cast<std::size_t>(kind)];
  }

  [[nodiscard]] TopicKind kind(TopicIndex topic) const {
    return topic < kTopicKinds ? static_cast<TopicKind>(topic) : TopicKind::kAttestation;
  }
  [[nodiscard]] static TopicIndex index(TopicKind kind) { return static_cast<TopicIndex>(kind); }
  /// Requires: it is below subnets().
  [[nodiscard]] static TopicIndex attestation(spec::SubnetId subnet) {
    return static_cast<TopicIndex>(kTopicKinds - 1 + subnet.value);
  }
  /// The topic of the votes of a validator.
  [[nodiscard]] TopicIndex attestation(spec::ValidatorIndex validator) const {
    return attestation(spec::subnet_of(validator, subnets()));
  }

  /// The number of a topic of this network; nothing for any other string.
  [[nodiscard]] std::optional<TopicIndex> find(std::string_view topic) const;

 private:
  std::vector<std::string> names_;
};

}  // namespace lockstep::networking
