// The gossip topics of a Lean network, known by number inside the node.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lockstep::networking {

/// What a topic carries. There is one attestation subnet (ATTESTATION_COMMITTEE_COUNT).
enum class TopicKind : std::uint8_t { kBlock, kAggregation, kAttestation };
inline constexpr std::size_t kTopics = 3;

/// The topic strings of one network: `/leanconsensus/<network>/<name>/ssz_snappy` (leanSpec:
/// gossipsub/topic.py).
class Topics {
 public:
  explicit Topics(std::string_view network_name);

  [[nodiscard]] const std::string& name(TopicKind kind) const {
    return names_[static_cast<std::size_t>(kind)];
  }

  /// The kind of a topic string of this network; nothing for any other string.
  [[nodiscard]] std::optional<TopicKind> find(std::string_view topic) const;

 private:
  std::array<std::string, kTopics> names_;
};

}  // namespace lockstep::networking
