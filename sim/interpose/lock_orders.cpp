// Noting orders once each; circles among them are sim/race's to find.
#include "sim/interpose/lock_orders.h"

#include <set>
#include <unordered_map>

#include "sim/core/mix.h"
#include "sim/interpose/kernel.h"
#include "sim/interpose/report.h"
#include "sim/interpose/snapshot.h"
#include "sim/interpose/writer.h"
#include "sim/race/lock_graph.h"

namespace lockstep::interpose {
namespace {

/// No more orders and circles than these are kept.
constexpr std::size_t kMostOrders = 20'000;
constexpr std::size_t kMostCycles = 16;

/// One observation: a thread held these and waited for that.
struct Order {
  std::uint64_t schedule = ~std::uint64_t{0};
  /// One for each lock that was held.
  std::vector<race::LockEdge> edges;
  std::vector<const void*> stack;
  std::string taken;
  /// All of its locks are global variables: they are the same locks in every schedule.
  bool lasting = true;
};

struct Orders {
  std::vector<Order> all;
  std::unordered_map<std::uint64_t, std::uint32_t> known;
  /// Of the schedule under way.
  bool open = false;
  std::uint64_t schedule = 0;
  std::uint64_t signature = 0;
  std::vector<std::uint32_t> now;
  bool any_passing = false;
  bool new_lasting = false;
  /// Sets of orders that were looked at.
  std::set<std::uint64_t> looked_at;
  race::LockGraph lasting;
  std::set<std::string> told;
  std::vector<std::string> lines;
};

Orders* orders = nullptr;

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  return sim::fold_product(a ^ sim::kGoldenStep, b + 0x9fb21c651e98df25ULL);
}

race::LockMode mode_of(const Object& object, const Thread& holder) {
  const bool shared = object.kind == Object::kRwLock && object.owner != &holder;
  return shared ? race::LockMode::kShared : race::LockMode::kExclusive;
}

Order make_order(const Object& object, bool shared, const void* pc) {
  const Thread& me = *kernel->me;
  Order order;
  order.stack = stack_of(me, pc);
  order.taken = describe(object);
  order.lasting = in_program_data(object.address);
  race::LockEdge edge;
  edge.to = object.address;
  edge.taken_mode = shared ? race::LockMode::kShared : race::LockMode::kExclusive;
  edge.thread = me.index;
  edge.thread_name = name_of(me);
  edge.era = me.era;
  edge.run = orders->all.size();
  for (const Object* held : me.held) {
    edge.held.push_back({held->address, mode_of(*held, me)});
    order.lasting = order.lasting && in_program_data(held->address);
  }
  for (const race::HeldLock& held : edge.held) {
    if (held.lock != object.address) {
      edge.from = held.lock;
      edge.held_mode = held.mode;
      order.edges.push_back(edge);
    }
  }
  return order;
}

/// The order of the circle by which somebody took that lock.
const Order& holder_of(const race::LockCycle& cycle, race::SyncId lock) {
  for (const race::LockEdge& edge : cycle.edges) {
    if (edge.to == lock) {
      return orders->all[edge.run];
    }
  }
  return orders->all[cycle.edges.front().run];
}

void tell(const race::LockCycle& cycle) {
  std::string sentence;
  std::vector<Site> sites;
  for (const race::LockEdge& edge : cycle.edges) {
    const Order& order = orders->all[edge.run];
    sentence += (sentence.empty() ? "" : "; ") + edge.thread_name + " takes " + order.taken +
                " while it holds " + holder_of(cycle, edge.from).taken;
    Site site{"takes " + order.taken, edge.thread, order.stack, {}};
    for (const race::HeldLock& held : edge.held) {
      site.held.push_back(held.lock);
    }
    sites.push_back(std::move(site));
  }
  if (orders->lines.size() < kMostCycles && orders->told.insert(sentence).second) {
    orders->lines.push_back(line_of_cycle(sentence, sites));
  }
}

void look(const race::LockGraph& graph) {
  std::set<std::set<race::SyncId>> locks;
  for (const race::LockCycle& cycle : graph.cycles()) {
    std::set<race::SyncId> own;
    for (const race::LockEdge& edge : cycle.edges) {
      own.insert(edge.to);
    }
    // The same locks by other threads are the same mistake.
    if (locks.insert(own).second) {
      tell(cycle);
    }
  }
}

}  // namespace

void begin_lock_orders() {
  orders = new Orders;
}

void note_orders_of(std::uint64_t number) {
  orders->open = true;
  orders->schedule = number;
  orders->signature = 0;
  orders->now.clear();
  orders->any_passing = orders->new_lasting = false;
}

void note_order(const Object& object, bool shared, const void* pc) {
  if (!orders->open) {
    return;
  }
  const Thread& me = *kernel->me;
  std::uint64_t key = mix(me.era_hash + me.index, object.address * 2 + (shared ? 1 : 0));
  for (const Object* held : me.held) {
    key = mix(key, held->address * 2 + static_cast<std::uint64_t>(mode_of(*held, me)));
  }
  const auto found = orders->known.find(key);
  std::uint32_t number = 0;
  if (found != orders->known.end()) {
    number = found->second;
  } else if (orders->all.size() < kMostOrders) {
    number = static_cast<std::uint32_t>(orders->all.size());
    orders->all.push_back(make_order(object, shared, pc));
    orders->known.emplace(key, number);
    if (orders->all.back().lasting) {
      orders->new_lasting = true;
      for (const race::LockEdge& edge : orders->all.back().edges) {
        orders->lasting.add(edge);
      }
    }
  } else {
    return;
  }
  Order& order = orders->all[number];
  if (order.schedule != orders->schedule) {
    order.schedule = orders->schedule;
    orders->signature += key;
    orders->now.push_back(number);
    orders->any_passing = orders->any_passing || !order.lasting;
  }
}

void end_orders() {
  orders->open = false;
  if (orders->new_lasting) {
    look(orders->lasting);
  }
  if (!orders->any_passing || orders->looked_at.size() > kMostOrders ||
      !orders->looked_at.insert(orders->signature).second) {
    return;
  }
  race::LockGraph passing;
  for (const std::uint32_t number : orders->now) {
    for (const race::LockEdge& edge : orders->all[number].edges) {
      passing.add(edge);
    }
  }
  look(passing);
}

void order_start(Thread& parent, Thread& child) {
  race::fork_era(parent.era, parent.index, child.era);
  parent.era_hash = mix(parent.era_hash, child.index);
  child.era_hash = parent.era_hash;
}

void order_join(Thread& joiner, const Thread& joined) {
  race::join_era(joiner.era, joined.era, joined.index);
  joiner.era_hash = mix(joiner.era_hash, joined.era_hash + joined.index);
}

const std::vector<std::string>& order_cycles() {
  return orders->lines;
}

}  // namespace lockstep::interpose
