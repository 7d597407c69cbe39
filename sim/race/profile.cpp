// Counting a profiled run.
#include "sim/race/profile.h"

#include <algorithm>

namespace lockstep::race {

/// Reads one run from its first step to its last.
class Profile::Reader {
 public:
  Reader(Cells& cells, std::map<sim::ObjectId, Guard>& guards, bool knows_orderings)
      : cells_(cells), guards_(guards), others_(knows_orderings ? 0 : 1) {}

  void read(const sim::Ordering& ordering) {
    using Kind = sim::Ordering::Kind;
    switch (ordering.kind) {
      case Kind::kStarted:
        ++others_;
        return;
      case Kind::kJoined:
        others_ -= others_ > 0 ? 1 : 0;
        return;
      case Kind::kTook:
        held_by(ordering.thread).push_back({ordering.what, false});
        return;
      case Kind::kTookShared:
        held_by(ordering.thread).push_back({ordering.what, true});
        return;
      case Kind::kGaveBack: {
        std::vector<Held>& held = held_by(ordering.thread);
        const auto last = std::find_if(held.rbegin(), held.rend(),
                                       [&](const Held& one) { return one.lock == ordering.what; });
        if (last != held.rend()) {
          held.erase(std::next(last).base());
        }
        return;
      }
    }
  }

  void read(const sim::Step& step) {
    const sim::Operation& operation = step.operation;
    Cell& cell = cells_[{operation.object, step.thread}];
    ++cell.count;
    cell.kinds |= 1U << static_cast<unsigned>(operation.kind);
    if (others_ == 0) {
      cell.alone += cell.among_others == 0 ? 1 : 0;
      return;
    }
    ++cell.among_others;
    if (operation.object != 0) {
      guard(operation, step.thread);
    }
  }

 private:
  struct Held {
    std::uint32_t lock = 0;
    bool shared = false;
  };

  std::vector<Held>& held_by(std::uint32_t thread) {
    if (thread >= held_.size()) {
      held_.resize(thread + 1);
    }
    return held_[thread];
  }

  /// Keeps of the locks that guard the object those that are held this time, too. Who only reads is guarded
  /// by what it shares.
  void guard(const sim::Operation& operation, std::uint32_t thread) {
    const bool reads = sim::only_reads(operation.kind);
    const std::vector<Held>& held = held_by(thread);
    const auto guards = [&](const Held& one) { return reads || !one.shared; };
    Guard& guard = guards_[operation.object];
    guard.changed = guard.changed || !reads;
    if (!guard.touched) {
      guard.touched = true;
      for (const Held& one : held) {
        if (guards(one)) {
          guard.locks.push_back(one.lock);
        }
      }
      return;
    }
    std::erase_if(guard.locks, [&](std::uint32_t lock) {
      return std::none_of(held.begin(), held.end(),
                          [&](const Held& one) { return one.lock == lock && guards(one); });
    });
  }

  Cells& cells_;
  std::map<sim::ObjectId, Guard>& guards_;
  std::uint64_t others_;
  std::vector<std::vector<Held>> held_;
};

/// Adds to each thread the counts of those that descend from it: children have larger numbers.
void Profile::add_up(std::vector<std::uint64_t>& counts) const {
  for (std::size_t thread = counts.size(); thread-- > 0;) {
    if (parents_[thread] < thread) {
      counts[parents_[thread]] += counts[thread];
    }
  }
}

/// What threads do to guarded objects tells them apart as well as the rest does.
void Profile::find_roles(Shared& shared) const {
  std::vector<std::uint64_t> did(parents_.size(), 0);
  shared.parts_.assign(parents_.size(), {});
  for (const auto& [place, cell] : cells_) {
    const auto [object, thread] = place;
    if (shared_.has(object)) {
      const std::uint32_t group = class_of(object);
      const std::uint64_t what = group != 0 ? group : std::uint64_t{object} << 32;
      // A sum: the objects of a class come in any order.
      did[thread] +=
          sim::fold_product(what + sim::kGoldenStep, (cell.count << 32 | cell.kinds) + 0x9fb21c651e98df25ULL);
    }
    if (shared.has(object)) {
      shared.parts_[thread].alone += cell.alone;
      shared.parts_[thread].among_others += cell.among_others;
    }
  }
  std::map<std::uint64_t, std::size_t> known;
  for (std::uint32_t thread = 0; thread < did.size(); ++thread) {
    if (shared.parts_[thread].among_others != 0) {
      const auto [role, added] = known.try_emplace(did[thread], shared.roles_.size());
      if (added) {
        shared.roles_.emplace_back();
      }
      shared.roles_[role->second].push_back(thread);
    }
  }
}

void Profile::find_shared(Shared& shared, bool contended) const {
  shared = Shared{};
  for (auto at = cells_.lower_bound({1, 0}); at != cells_.end();) {
    const sim::ObjectId object = at->first.first;
    std::uint64_t accesses = 0;
    std::uint32_t touching = 0;
    for (; at != cells_.end() && at->first.first == object; ++at) {
      const std::uint64_t count = contended ? at->second.among_others : at->second.count;
      accesses += count;
      touching += count != 0 ? 1 : 0;
    }
    const auto guard = guards_.find(object);
    const bool guarded = guard == guards_.end() || !guard->second.changed || !guard->second.locks.empty();
    if (touching > 1 && !(contended && guarded)) {
      shared.objects_.push_back({object, accesses});
      shared.accesses_ += accesses;
      shared.has_.resize(object + 1, 0);
      shared.has_[object] = 1;
    }
  }
  find_roles(shared);
}

void Profile::add(const std::vector<sim::Step>& steps, const std::vector<sim::Ordering>& orderings,
                  const std::vector<std::uint32_t>& parents, const std::vector<std::uint32_t>& classes) {
  Cells cells;
  Reader reader(cells, guards_, !orderings.empty());
  auto ordering = orderings.begin();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    for (; ordering != orderings.end() && ordering->step <= i; ++ordering) {
      reader.read(*ordering);
    }
    reader.read(steps[i]);
  }
  for (const auto& [place, cell] : cells) {
    Cell& merged = cells_[place];
    merged.count = std::max(merged.count, cell.count);
    merged.alone = std::max(merged.alone, cell.alone);
    merged.among_others = std::max(merged.among_others, cell.among_others);
    merged.kinds |= cell.kinds;
  }
  if (parents.size() > parents_.size()) {
    parents_ = parents;
  }
  if (classes.size() > classes_.size()) {
    classes_ = classes;
  }
  events_on([](sim::ObjectId) { return true; }, events_);
  find_shared(shared_, false);
  find_shared(contended_, true);
}

}  // namespace lockstep::race
