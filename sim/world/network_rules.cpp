// Faults of the network: when they begin, what they do to frames, how they heal.
#include <algorithm>
#include <utility>

#include "node/base/assert.h"
#include "sim/world/network.h"
#include "sim/world/parts.h"

namespace lockstep::sim {
namespace {

/// The probability that at least one of two independent things happens.
std::uint32_t either(std::uint32_t one, std::uint32_t other) {
  const std::uint64_t neither =
      (kPartsPerMillion - one) * static_cast<std::uint64_t>(kPartsPerMillion - other);
  return static_cast<std::uint32_t>(kPartsPerMillion - neither / kPartsPerMillion);
}

}  // namespace

Fault& Fault::operator=(Fault&& other) noexcept {
  if (this != &other) {
    end();
    network_ = std::exchange(other.network_, nullptr);
    rule_ = other.rule_;
  }
  return *this;
}

void Fault::end() {
  if (Network* network = std::exchange(network_, nullptr)) {
    network->end_rule(rule_);
  }
}

std::size_t Fault::holding() const {
  const auto* rule = network_ == nullptr ? nullptr : network_->find_rule(rule_);
  return rule == nullptr ? 0 : rule->held.size();
}

Network::Treatment Network::treatment_of(const Link& link, std::uint64_t number, const base::Bytes& frame) {
  Treatment out{options_.loss_parts_per_million, options_.duplication_parts_per_million};
  std::int64_t jitter = 0;
  for (const auto& active : rules_) {
    const Rule& rule = active->rule;
    if (!rule.matches(link.from, link.to)) {
      continue;
    }
    switch (rule.kind) {
      case Rule::Kind::kCut:
        out.cut = true;
        break;
      case Rule::Kind::kLose:
        out.loss = either(out.loss, rule.parts_per_million);
        break;
      case Rule::Kind::kDelay:
        out.delay += rule.by.count();
        jitter += rule.jitter.count();
        break;
      case Rule::Kind::kDuplicate:
        out.duplication = either(out.duplication, rule.parts_per_million);
        break;
      case Rule::Kind::kHold:
        if (out.held_by == nullptr && (!rule.picks || rule.picks(link.from, link.to, frame))) {
          out.held_by = active.get();
        }
        break;
    }
  }
  if (jitter != 0) {
    out.delay += static_cast<std::int64_t>(engine_.choices().below(key_of(link, kRuleJitterPurpose, number),
                                                                   static_cast<std::uint64_t>(jitter) + 1));
  }
  return out;
}

bool Network::is_cut(NodeIndex from, NodeIndex to) const {
  return std::any_of(rules_.begin(), rules_.end(), [&](const auto& active) {
    return active->rule.kind == Rule::Kind::kCut && active->rule.matches(from, to);
  });
}

bool Network::is_reachable(NodeIndex one, NodeIndex other) const {
  return cuts_ == 0 || (!is_cut(one, other) && !is_cut(other, one));
}

Fault Network::begin(Rule rule) {
  const std::uint64_t number = rules_begun_++;
  start_rule(number, std::move(rule));
  return {*this, number};
}

void Network::plan(Rule rule, Time from, Time until) {
  LOCKSTEP_ASSERT_MSG(engine_.now() <= from && from < until, "a planned fault begins later and lasts");
  const std::uint64_t index = planned_.size();
  planned_.push_back({std::move(rule), rules_begun_++});
  engine_.call_at(from, Event::call<&Network::on_planned_start>(
                            *this, kWorldLane, static_cast<std::uint32_t>(WorldTrace::kRuleBegan), index));
  engine_.call_at(until, Event::call<&Network::on_planned_end>(
                             *this, kWorldLane, static_cast<std::uint32_t>(WorldTrace::kRuleEnded), index));
}

void Network::on_planned_start(std::uint64_t index, std::uint64_t) {
  start_rule(planned_[index].number, std::move(planned_[index].rule));
}

void Network::on_planned_end(std::uint64_t index, std::uint64_t) {
  end_rule(planned_[index].number);
}

void Network::start_rule(std::uint64_t number, Rule rule) {
  LOCKSTEP_ASSERT(rule.parts_per_million <= kPartsPerMillion);
  record(engine_.trace(), kWorldLane, WorldTrace::kRuleBegan, number, static_cast<std::uint64_t>(rule.kind));
  cuts_ += rule.kind == Rule::Kind::kCut ? 1 : 0;
  if (rule.breaks_connections) {
    break_connections(rule);
  }
  auto active = std::make_unique<ActiveRule>(ActiveRule{number, std::move(rule), {}});
  const auto place = std::upper_bound(rules_.begin(), rules_.end(), number,
                                      [](std::uint64_t n, const auto& other) { return n < other->number; });
  rules_.insert(place, std::move(active));
}

void Network::break_connections(const Rule& rule) {
  for (LinkIndex index = 0; index < links_.size(); ++index) {
    const Link& link = links_[index];
    if (link.open_here && (rule.matches(link.from, link.to) || rule.matches(link.to, link.from))) {
      close_here(index);
    }
  }
}

void Network::end_rule(std::uint64_t number) {
  const auto found = std::find_if(rules_.begin(), rules_.end(),
                                  [&](const auto& active) { return active->number == number; });
  if (found == rules_.end()) {
    return;
  }
  const auto ended = std::move(*found);
  rules_.erase(found);
  record(engine_.trace(), kWorldLane, WorldTrace::kRuleEnded, number, 0);
  for (const std::uint32_t flight : ended->held) {
    --links_[flights_[flight].link].held;
    launch(flight, kReleaseLatencyPurpose, nanoseconds(engine_.now()));
  }
  if (ended->rule.kind == Rule::Kind::kCut) {
    --cuts_;
    redial_across(ended->rule);
  }
}

/// Connections that could not be made because of `cut` are tried again.
void Network::redial_across(const Rule& cut) {
  for (LinkIndex index = 0; index < links_.size(); ++index) {
    const Link& link = links_[index];
    const bool was_cut = cut.matches(link.from, link.to) || cut.matches(link.to, link.from);
    if (was_cut && link.from < link.to && !link.open_here && !link.open_there) {
      redial_later(index);
    }
  }
}

const Network::ActiveRule* Network::find_rule(std::uint64_t number) const {
  const auto found = std::find_if(rules_.begin(), rules_.end(),
                                  [&](const auto& active) { return active->number == number; });
  return found == rules_.end() ? nullptr : found->get();
}

}  // namespace lockstep::sim
