// What a story expects of its cluster, as sentences that can be checked.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "node/base/time.h"
#include "node/spec/containers.h"
#include "sim/cluster/member.h"

namespace lockstep::cluster {

class Cluster;

/// A claim about a cluster at one moment.
struct Expectation {
  /// Without numbers that depend on the seed: it is part of failure fingerprints.
  std::string sentence;
  /// What is the case instead; nothing when the claim is true.
  std::function<std::optional<std::string>(const Cluster&)> complaint;
};

/// All running nodes have the same head.
Expectation heads_agree();
/// Not all running nodes have the same head.
Expectation heads_differ();
/// All running nodes have finalized `slot` or a later one.
Expectation finalized_at_least(std::uint64_t slot);
/// No running node has finalized a slot later than `slot`.
Expectation finalized_at_most(std::uint64_t slot);
/// The run has passed a mark: it took the road that the story tells of. Reporter lists the marks.
Expectation reached(std::string mark);
/// No slot tick of any node came later than this.
Expectation ticks_late_at_most(base::Duration most);
/// Of a thousand slot ticks of all nodes, 999 came no later than `usual`, and none later than `ever`.
Expectation ticks_late_at_most(base::Duration usual, base::Duration ever);
/// In its present life the node imported so many blocks at most.
Expectation blocks_imported_at_most(const Member& node, std::uint64_t count);

/// The head of one node, or of every running node.
class HeadClaim {
 public:
  explicit HeadClaim(std::optional<Member> whose) : whose_(std::move(whose)) {}
  [[nodiscard]] Expectation is(const spec::Checkpoint& block) const;
  [[nodiscard]] Expectation is_at_least_at(std::uint64_t slot) const;

 private:
  std::optional<Member> whose_;
};
HeadClaim head_of(const Member& node);
HeadClaim every_head();

}  // namespace lockstep::cluster
