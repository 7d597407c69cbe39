// Failures, memories and views of a run.
#include "sim/cluster/record.h"

#include <algorithm>

namespace lockstep::cluster {
namespace {

constexpr base::Duration kInterval = std::chrono::milliseconds(spec::MILLISECONDS_PER_INTERVAL);

std::string brief(const spec::Checkpoint& checkpoint) {
  return base::to_hex(checkpoint.root.view().first(4)) + " at slot " + std::to_string(checkpoint.slot.value);
}

/// 12.345 s, with as many digits as a reader can use.
std::string seconds(base::Duration at) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(at).count();
  std::string fraction = std::to_string(ms % 1000);
  fraction.insert(0, 3 - fraction.size(), '0');
  return std::to_string(ms / 1000) + "." + fraction + " s";
}

}  // namespace

Record::Record(sim::Engine& engine, const std::vector<std::string>& names, Invariants invariants)
    : Hearing(book_), engine_(engine), invariants_(std::move(invariants)), views_(names.size()) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    views_[i].name = names[i];
  }
}

void Record::fail(std::string fingerprint, std::string sentence, std::optional<std::uint64_t> number,
                  const std::vector<std::string>& details) {
  if (!failure_) {
    failure_ = Failure{std::move(fingerprint),
                       std::move(sentence) + " (" + seconds(engine_.now().time_since_epoch()) + ")",
                       recollect(number)};
    failure_->events.insert(failure_->events.end(), details.begin(), details.end());
    engine_.stop();
  }
}

void Record::complain(const Invariant& broken, std::string sentence) {
  fail("checker: " + std::string(broken.name()), std::move(sentence), node);
}

const std::vector<spec::Root>& Record::proposed_at(spec::Slot slot) const {
  static const std::vector<spec::Root> kNone;
  const auto found = proposed_.find(slot);
  return found == proposed_.end() ? kNone : found->second;
}

base::Duration Record::overdue(const NodeView& view) const {
  const base::Duration since =
      view.next_tick ? engine_.now().time_since_epoch() - *view.next_tick : base::Duration::zero();
  return since >= kInterval ? since : base::Duration::zero();
}

base::Duration Record::lateness_max(const NodeView& view) const {
  return std::max(view.lateness_max, overdue(view));
}

LatenessCount Record::lateness() const {
  LatenessCount out = lateness_;
  for (const NodeView& view : views_) {
    for (base::Duration late = overdue(view); late > base::Duration::zero(); late -= kInterval) {
      out.add(late);
    }
  }
  return out;
}

bool Record::reached(std::string_view mark) const {
  return marks_.contains(mark);
}

void Record::mark(std::string_view name) {
  const auto found = marks_.find(name);
  if (found == marks_.end()) {
    marks_.emplace(name, 1);
  } else {
    ++found->second;
  }
}

void Record::begin_with(const spec::Checkpoint& anchor) {
  book_.add(anchor.root, anchor.slot, spec::Root{});
  for (NodeView& view : views_) {
    view.head = view.justified = view.finalized = anchor;
  }
}

void Record::node_started(std::uint64_t number) {
  views_[number].life_began = engine_.now().time_since_epoch();
  views_[number].blocks_imported = 0;
  views_[number].next_tick.reset();
  attend_to(number);
  remember({Memory::Kind::kStarted, number, at, {}, {}, {}});
  for (const auto& invariant : invariants_) {
    invariant->node_started(*this);
  }
}

void Record::node_stopped(std::uint64_t number) {
  attend_to(number);
  remember({Memory::Kind::kStopped, number, at, {}, {}, {}});
  for (const auto& invariant : invariants_) {
    invariant->node_stopped(*this);
  }
  ++views_[number].life;
  views_[number].next_tick.reset();
}

void Record::node_ended(std::uint64_t number) {
  attend_to(number);
  for (const auto& invariant : invariants_) {
    invariant->node_ended(*this);
  }
}

void Record::node_crashed(std::uint64_t number, const Leftovers& kept) {
  attend_to(number);
  for (const auto& invariant : invariants_) {
    invariant->node_crashed(*this, kept);
  }
}

void Record::attend_to(std::uint64_t number) {
  const NodeView& view = views_[number];
  node = number;
  node_name = view.name;
  life = view.life;
  life_began = view.life_began;
  at = engine_.now().time_since_epoch();
}

void Record::remember(const Memory& memory) {
  memories_[next_memory_] = memory;
  next_memory_ = (next_memory_ + 1) % kMemories;
}

std::vector<std::string> Record::recollect(std::optional<std::uint64_t> number) const {
  constexpr std::size_t kTold = 3;
  std::vector<std::string> lines;
  for (std::size_t back = 1; back <= kMemories && lines.size() < kTold; ++back) {
    const Memory& memory = memories_[(next_memory_ + kMemories - back) % kMemories];
    if (memory.kind != Memory::Kind::kNone && (!number || memory.node == *number)) {
      lines.push_back(to_line(memory));
    }
  }
  std::reverse(lines.begin(), lines.end());
  return lines;
}

std::string Record::to_line(const Memory& memory) const {
  const std::string who = seconds(memory.at) + "  " + views_[memory.node].name + " ";
  switch (memory.kind) {
    case Memory::Kind::kStarted:
      return who + "starts";
    case Memory::Kind::kStopped:
      return who + "stops";
    case Memory::Kind::kProposed:
      return who + "proposes " + brief(memory.to) + " on " + base::to_hex(memory.from.root.view().first(4));
    case Memory::Kind::kRejected:
      return who + "rejects " + brief(memory.to) + ": " + std::string(to_string(memory.reason));
    case Memory::Kind::kHead:
      return who + "moves its head from " + brief(memory.from) + " to " + brief(memory.to);
    case Memory::Kind::kJustified:
      return who + "justifies " + brief(memory.to) + " after " + brief(memory.from);
    case Memory::Kind::kFinalized:
      return who + "finalizes " + brief(memory.to) + " after " + brief(memory.from);
    case Memory::Kind::kNone:
      break;
  }
  return who;
}

}  // namespace lockstep::cluster
