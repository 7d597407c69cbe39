// The vocabulary of network faults.
#include "sim/world/rule.h"

#include <utility>

#include "node/base/assert.h"

namespace lockstep::sim {
namespace {

Rule rule_for(Rule::Kind kind, const NodeSet& from, const NodeSet& to, bool both_ways) {
  Rule rule;
  rule.kind = kind;
  rule.from = from;
  rule.to = to;
  rule.both_ways = both_ways;
  return rule;
}

}  // namespace

Rule Rule::partition(const NodeSet& nodes) {
  return rule_for(Kind::kCut, nodes, nodes.others(), true);
}

Rule Rule::one_way(const NodeSet& from, const NodeSet& to) {
  return rule_for(Kind::kCut, from, to, false);
}

Rule Rule::lose(const NodeSet& nodes, std::uint32_t parts_per_million) {
  Rule rule = rule_for(Kind::kLose, nodes, NodeSet::all(), true);
  rule.parts_per_million = parts_per_million;
  return rule;
}

Rule Rule::delay(const NodeSet& nodes, base::Duration by, base::Duration jitter) {
  LOCKSTEP_ASSERT_MSG(by.count() >= 0 && jitter.count() >= 0, "a delay is not negative");
  Rule rule = rule_for(Kind::kDelay, nodes, NodeSet::all(), true);
  rule.by = by;
  rule.jitter = jitter;
  return rule;
}

Rule Rule::duplicate(const NodeSet& nodes, std::uint32_t parts_per_million) {
  Rule rule = rule_for(Kind::kDuplicate, nodes, NodeSet::all(), true);
  rule.parts_per_million = parts_per_million;
  return rule;
}

Rule Rule::hold(const NodeSet& from, const NodeSet& to, FramePredicate picks) {
  Rule rule = rule_for(Kind::kHold, from, to, false);
  rule.picks = std::move(picks);
  return rule;
}

Rule Rule::clog(const NodeSet& nodes) {
  return rule_for(Kind::kHold, nodes, NodeSet::all(), true);
}

Rule Rule::breaking_connections() const {
  LOCKSTEP_ASSERT_MSG(kind == Kind::kCut, "only a cut breaks connections");
  Rule rule = *this;
  rule.breaks_connections = true;
  return rule;
}

}  // namespace lockstep::sim
