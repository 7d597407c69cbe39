// The words of stories, said in terms of the world.
#include "sim/cluster/cluster.h"

#include <algorithm>
#include <utility>

#include "node/base/assert.h"
#include "sim/cluster/world.h"

namespace lockstep::cluster {
namespace {

constexpr std::uint32_t kPartsPerPercent = 10'000;

/// The rule with the senders and receivers of `messages`.
sim::Rule about(const Messages& messages, sim::Rule rule) {
  rule.from = messages.senders() ? to_node_set(*messages.senders()) : sim::NodeSet::all();
  rule.to = messages.receivers() ? to_node_set(*messages.receivers()) : sim::NodeSet::all();
  rule.both_ways = false;
  return rule;
}

}  // namespace

Cluster::Cluster(const Plan& plan, const Design& design, Invariants invariants, Progress progress)
    : world_(std::make_unique<World>(plan, design, std::move(invariants), std::move(progress))) {}

Cluster::~Cluster() = default;

std::uint64_t Cluster::nodes() const {
  return world_->plan.nodes;
}

Member Cluster::node(std::uint64_t number) const {
  LOCKSTEP_ASSERT_MSG(number < nodes(), "the cluster has no such node");
  return {number};
}

Group Cluster::every_nth(std::uint64_t step, std::uint64_t first) const {
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t number = first; number < nodes(); number += step) {
    numbers.push_back(number);
  }
  return Group(std::move(numbers));
}

Group Cluster::last(std::uint64_t count) const {
  LOCKSTEP_ASSERT(count <= nodes());
  return every_nth(1, nodes() - count);
}

std::uint64_t Cluster::slots() const {
  return world_->plan.slots;
}

void Cluster::run_until(Moment moment) {
  world_->run_until(sim::Time(since_beginning(moment)));
}

void Cluster::run_for(base::Duration length) {
  world_->run_until(world_->engine.now() + length);
}

void Cluster::run_to_the_end() {
  run_until(slot(slots()));
}

base::Duration Cluster::any_time_between(base::Duration low, base::Duration high) {
  return world_->story_choices.between(low, high);
}

Fault Cluster::hold(const Messages& messages) {
  return world_->begin(about(messages, sim::Rule::hold({}, {}, {})), true);
}

Fault Cluster::drop(const Messages& messages, std::uint64_t percent) {
  return world_->begin(
      about(messages, sim::Rule::lose({}, static_cast<std::uint32_t>(percent) * kPartsPerPercent)), true);
}

Fault Cluster::delay(const Messages& messages, base::Duration by) {
  return world_->begin(about(messages, sim::Rule::delay({}, by)), true);
}

Fault Cluster::duplicate(const Messages& messages, std::uint64_t percent) {
  const auto parts = static_cast<std::uint32_t>(percent) * kPartsPerPercent;
  return world_->begin(about(messages, sim::Rule::duplicate({}, parts)), false);
}

Fault Cluster::partition(const Group& group) {
  return world_->begin(sim::Rule::partition(to_node_set(group)), true);
}

Fault Cluster::one_way(const Group& group) {
  const sim::NodeSet nodes = to_node_set(group);
  return world_->begin(sim::Rule::one_way(nodes, nodes.others()), true);
}

Fault Cluster::clog(const Group& group) {
  return world_->begin(sim::Rule::clog(to_node_set(group)), true);
}

Fault Cluster::skew(const Group& group, base::Duration by) {
  return world_->skew(group, by);
}

Fault Cluster::flood(const Group& group, FloodOptions options) {
  return world_->flood(group, options);
}

Fault Cluster::send_garbage(const Group& group, std::uint64_t per_second) {
  return world_->send_garbage(group, per_second);
}

Fault Cluster::misanswer(const Group& group, Answering how) {
  return world_->misanswer(group, how);
}

void Cluster::crash(const Group& group) {
  for (const std::uint64_t number : group.numbers()) {
    world_->stop(number);
  }
}

void Cluster::shut_down(const Group& group) {
  world_->shut_down(group);
}

void Cluster::kill_thread(const Group& group, std::string_view name) {
  for (const std::uint64_t number : group.numbers()) {
    world_->machines[number]->kill_thread(name);
  }
}

void Cluster::restart(const Group& group) {
  for (const std::uint64_t number : group.numbers()) {
    world_->start(number);
  }
}

void Cluster::restart_from_checkpoint(const Group& group, const Member& source) {
  for (const std::uint64_t number : group.numbers()) {
    world_->start_from_checkpoint(number, source.number);
  }
}

void Cluster::owe(const LivenessBounds& bounds) {
  world_->record.weather.bounds = bounds;
}

void Cluster::settle() {
  world_->settle();
}

void Cluster::expect(const Expectation& expectation) {
  if (auto complaint = expectation.complaint(*this)) {
    world_->record.fail("expectation: " + expectation.sentence,
                        "the story expects that " + expectation.sentence + ", but " + *complaint,
                        std::nullopt);
  }
  world_->check();
}

spec::Checkpoint Cluster::block_at(std::uint64_t number) {
  const std::vector<spec::Root>& proposed = world_->record.proposed_at(spec::Slot(number));
  if (proposed.size() != 1) {
    world_->record.fail("expectation: the slot has one block",
                        "the story expects one block for slot " + std::to_string(number) +
                            ", but there are " + std::to_string(proposed.size()),
                        std::nullopt);
    world_->check();
  }
  return {proposed.front(), spec::Slot(number)};
}

std::uint64_t Cluster::setting(std::string_view key) const {
  return world_->settings.number(key);
}

bool Cluster::is_running(std::uint64_t number) const {
  return world_->machines[number]->is_running();
}

const Record& Cluster::record() const {
  return world_->record;
}

std::uint64_t Cluster::finalized_slot_max() const {
  std::uint64_t most = 0;
  for (const NodeView& view : world_->record.views()) {
    most = std::max(most, view.finalized.slot.value);
  }
  return most;
}

void Cluster::fail(std::string fingerprint, std::string sentence) {
  world_->record.fail(std::move(fingerprint), std::move(sentence), std::nullopt);
}

Outcome Cluster::outcome() const {
  const Record& record = world_->record;
  Outcome out;
  out.plan = world_->plan;
  out.failure = record.failure();
  out.trace = world_->engine.trace().tree();
  out.trace_hash = out.trace.total();
  out.watched = world_->engine.trace().detail();
  for (const NodeView& view : record.views()) {
    out.nodes.push_back({view.head.slot.value, view.justified.slot.value, view.finalized.slot.value});
  }
  out.tick_lateness = record.lateness().percentiles();
  out.virtual_nanoseconds = static_cast<std::uint64_t>(world_->engine.now().time_since_epoch().count());
  return out;
}

Outcome tell(const Plan& plan, const Design& design, const Story& story, Invariants invariants,
             const Progress& progress) {
  Cluster cluster(plan, design, std::move(invariants), progress);
  std::optional<Outcome> told;
  try {
    story(cluster);
    told = cluster.outcome();
    cluster.settle();
  } catch (const StoryOver&) {
    // The record says what broke.
  } catch (const base::AssertionFailed& broken) {
    cluster.fail("assertion outside any node", broken.what());
  }
  Outcome outcome = cluster.outcome();
  if (told) {
    // The chain and the time are those of the story, the trace and the verdict those of the whole run.
    outcome.nodes = std::move(told->nodes);
    outcome.tick_lateness = told->tick_lateness;
    outcome.virtual_nanoseconds = told->virtual_nanoseconds;
  }
  return outcome;
}

}  // namespace lockstep::cluster
