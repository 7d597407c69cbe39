// The radix wheel behind the event queue.
#include "sim/core/event_queue.h"

#include <algorithm>
#include <bit>

#include "node/base/assert.h"

namespace lockstep::sim {

EventQueue::EventQueue() {
  front_.reserve(kFrontLimit + 1);
}

EventQueue::~EventQueue() = default;

unsigned EventQueue::level_of(std::uint64_t difference) {
  return (63U - static_cast<unsigned>(std::countl_zero(difference | 1))) / kDigitBits;
}

std::uint32_t EventQueue::take_node() {
  if (free_nodes_ == kNone) {
    LOCKSTEP_ASSERT(nodes_.size() < kNone);
    return nodes_.add();
  }
  const std::uint32_t index = free_nodes_;
  free_nodes_ = nodes_[index].next_free;
  if (free_nodes_ != kNone) {
    __builtin_prefetch(&nodes_[free_nodes_], 1);
  }
  return index;
}

void EventQueue::free_node(std::uint32_t index) {
  Node& node = nodes_[index];
  ++node.generation;
  node.next_free = free_nodes_;
  free_nodes_ = index;
}

EventQueue::Chunk* EventQueue::take_chunk() {
  if (free_chunks_ == nullptr) {
    // Entries are written before they are read; zeroing 16 KiB a slab would only cost time.
    chunk_slabs_.push_back(std::make_unique_for_overwrite<Chunk[]>(kSlabChunks));
    for (std::size_t i = kSlabChunks; i-- > 0;) {
      free_chunk(&chunk_slabs_.back()[i]);
    }
  }
  Chunk* chunk = free_chunks_;
  free_chunks_ = chunk->next;
  chunk->next = nullptr;
  return chunk;
}

void EventQueue::free_chunk(Chunk* chunk) {
  chunk->next = free_chunks_;
  free_chunks_ = chunk;
}

void EventQueue::append(Slot& slot, const Entry& entry) {
  if (slot.tail == nullptr || slot.tail_used == kChunkEntries) {
    Chunk* chunk = take_chunk();
    (slot.tail == nullptr ? slot.head : slot.tail->next) = chunk;
    slot.tail = chunk;
    slot.tail_used = 0;
  }
  slot.tail->entries[slot.tail_used++] = entry;
  ++slot.size;
}

void EventQueue::place(const Entry& entry) {
  const unsigned level = level_of(entry.time ^ base_);
  const auto digit = static_cast<unsigned>(entry.time >> (level * kDigitBits)) & (kSlots - 1);
  append(slots_[level][digit], entry);
  occupied_[level] |= std::uint64_t{1} << digit;
  occupied_levels_ |= 1U << level;
}

EventQueue::Slot EventQueue::detach(unsigned level, unsigned digit) {
  const Slot slot = slots_[level][digit];
  slots_[level][digit] = Slot{};
  occupied_[level] &= ~(std::uint64_t{1} << digit);
  if (occupied_[level] == 0) {
    occupied_levels_ &= ~(1U << level);
  }
  return slot;
}

template <typename Visit>
void EventQueue::drain(Slot& slot, Visit visit) {
  for (Chunk* chunk = slot.head; chunk != nullptr;) {
    Chunk* next = chunk->next;
    const std::size_t used = next == nullptr ? slot.tail_used : kChunkEntries;
    for (std::size_t i = 0; i < used; ++i) {
      visit(chunk->entries[i]);
    }
    free_chunk(chunk);
    chunk = next;
  }
  slot = Slot{};
}

EventId EventQueue::push(Time time, const Event& event) {
  LOCKSTEP_ASSERT(nanoseconds(time) >= 0);
  const auto when = static_cast<std::uint64_t>(nanoseconds(time));
  LOCKSTEP_ASSERT_MSG(when >= last_popped_, "an event may not be due before the present");
  if (live_ == 0) {
    restart(last_popped_);
  }
  const std::uint32_t index = take_node();
  Node& node = nodes_[index];
  node.event = event;
  const Entry entry{when, index, node.generation};
  ++live_;
  if (when < front_end_) {
    place_in_front(entry);
  } else {
    place(entry);
  }
  return {index, entry.generation};
}

void EventQueue::place_in_front(const Entry& entry) {
  if (front_head_ > kFrontLimit && front_head_ > front_.size() / 2) {
    front_.erase(front_.begin(), front_.begin() + static_cast<std::ptrdiff_t>(front_head_));
    front_head_ = 0;
  }
  std::size_t at = front_.size();
  front_.push_back(entry);
  while (at > front_head_ && front_[at - 1].time > entry.time) {
    front_[at] = front_[at - 1];
    --at;
  }
  front_[at] = entry;
  if (front_.size() - front_head_ > kFrontLimit) {
    shorten_front();
  }
}

/// Sends all but the nearest part of the sorted front back to the wheel, at the level at which the first and
/// the last of it differ, so that insertion into the front stays cheap.
void EventQueue::shorten_front() {
  const std::uint64_t first = front_[front_head_].time;
  const std::uint64_t last = front_.back().time;
  if (first == last) {
    return;
  }
  const unsigned shift = level_of(first ^ last) * kDigitBits;
  base_ = (first >> shift) << shift;
  front_end_ = base_ + (std::uint64_t{1} << shift);
  std::size_t keep = front_.size();
  while (front_[keep - 1].time >= front_end_) {
    --keep;
  }
  for (std::size_t i = keep; i < front_.size(); ++i) {
    place(front_[i]);
  }
  front_.resize(keep);
}

bool EventQueue::cancel(EventId id) {
  if (id.node >= nodes_.size() || nodes_[id.node].generation != id.generation) {
    return false;
  }
  free_node(id.node);
  --live_;
  ++cancelled_;
  if (cancelled_ > live_ + 1024) {
    sweep();
  }
  return true;
}

bool EventQueue::pop_until(Time limit, Time& time, Event& event) {
  if (nanoseconds(limit) < 0) {
    return false;
  }
  const auto until = static_cast<std::uint64_t>(nanoseconds(limit));
  while (live_ != 0) {
    if (front_head_ == front_.size() && !refill(until)) {
      return false;
    }
    const Entry entry = front_[front_head_];
    if (stale(entry)) {
      ++front_head_;
      --cancelled_;
      continue;
    }
    if (entry.time > until) {
      return false;
    }
    ++front_head_;
    time = at_nanoseconds(static_cast<std::int64_t>(entry.time));
    event = nodes_[entry.node].event;
    free_node(entry.node);
    --live_;
    last_popped_ = entry.time;
    prepare(Event::kFarAhead);
    if (live_ >= Event::kCrowd) {
      prepare(Event::kNearAhead);
    }
    return true;
  }
  return false;
}

/// Lets the event that has `ahead - 1` others before it ask for memory.
inline void EventQueue::prepare(std::size_t ahead) const {
  const std::size_t place = front_head_ + ahead - 1;
  if (place < front_.size() && !stale(front_[place])) {
    const Event& event = nodes_[front_[place].node].event;
    if (event.prepare != nullptr) {
      event.prepare(event.object, event.a, event.b, ahead);
    }
  }
}

/// Moves the earliest occupied slot to the front, splitting it into lower levels while it holds too many to
/// sort. The wheel's position never passes `limit`, so that later pushes are never behind it.
bool EventQueue::refill(std::uint64_t limit) {
  while (occupied_levels_ != 0) {
    const auto level = static_cast<unsigned>(std::countr_zero(occupied_levels_));
    const auto digit = static_cast<unsigned>(std::countr_zero(occupied_[level]));
    const unsigned shift = level * kDigitBits;
    const unsigned above = shift + kDigitBits;
    const std::uint64_t upper = above >= 64 ? 0 : (base_ >> above) << above;
    const std::uint64_t start = upper | (static_cast<std::uint64_t>(digit) << shift);
    if (start > limit) {
      return false;
    }
    Slot slot = detach(level, digit);
    base_ = start;
    if (level == 0 || slot.size <= kSortable) {
      front_end_ = start + (std::uint64_t{1} << shift);
      load_front(slot);
      return true;
    }
    drain(slot, [this](const Entry& entry) { place(entry); });
  }
  return false;
}

void EventQueue::load_front(Slot& slot) {
  front_.clear();
  front_head_ = 0;
  drain(slot, [this](const Entry& entry) {
    __builtin_prefetch(&nodes_[entry.node]);
    std::size_t at = front_.size();
    front_.push_back(entry);
    while (at > 0 && front_[at - 1].time > entry.time) {
      front_[at] = front_[at - 1];
      --at;
    }
    front_[at] = entry;
  });
}

/// Forgets the cancelled events of a queue in which nothing else is left, and puts the wheel to `position`.
void EventQueue::restart(std::uint64_t position) {
  while (occupied_levels_ != 0) {
    const auto level = static_cast<unsigned>(std::countr_zero(occupied_levels_));
    Slot slot = detach(level, static_cast<unsigned>(std::countr_zero(occupied_[level])));
    drain(slot, [](const Entry&) {});
  }
  front_.clear();
  front_head_ = 0;
  cancelled_ = 0;
  base_ = position;
  front_end_ = position;
}

void EventQueue::clear() {
  const auto forget = [this](const Entry& entry) {
    if (!stale(entry)) {
      free_node(entry.node);
    }
  };
  for (std::size_t i = front_head_; i < front_.size(); ++i) {
    forget(front_[i]);
  }
  for (std::size_t level = 0; level < kLevels; ++level) {
    while (occupied_[level] != 0) {
      Slot slot =
          detach(static_cast<unsigned>(level), static_cast<unsigned>(std::countr_zero(occupied_[level])));
      drain(slot, forget);
    }
  }
  live_ = 0;
  last_popped_ = 0;
  restart(0);
}

/// Drops the entries of cancelled events from every slot.
void EventQueue::sweep() {
  for (unsigned level = 0; level < kLevels; ++level) {
    for (std::uint64_t left = occupied_[level]; left != 0; left &= left - 1) {
      const auto digit = static_cast<unsigned>(std::countr_zero(left));
      Slot slot = detach(level, digit);
      drain(slot, [this](const Entry& entry) {
        if (!stale(entry)) {
          place(entry);
        }
      });
    }
  }
  front_.erase(front_.begin(), front_.begin() + static_cast<std::ptrdiff_t>(front_head_));
  front_head_ = 0;
  std::erase_if(front_, [this](const Entry& entry) { return stale(entry); });
  cancelled_ = 0;
}

std::optional<Time> EventQueue::next_time() const {
  std::optional<std::uint64_t> earliest;
  const auto consider = [&](const Entry& entry) {
    if (!stale(entry) && (!earliest || entry.time < *earliest)) {
      earliest = entry.time;
    }
  };
  for (std::size_t i = front_head_; i < front_.size(); ++i) {
    consider(front_[i]);
  }
  for (const auto& level : slots_) {
    for (const Slot& slot : level) {
      for (const Chunk* chunk = slot.head; chunk != nullptr; chunk = chunk->next) {
        const std::size_t used = chunk->next == nullptr ? slot.tail_used : kChunkEntries;
        std::for_each_n(chunk->entries.begin(), used, consider);
      }
    }
  }
  if (!earliest) {
    return std::nullopt;
  }
  return at_nanoseconds(static_cast<std::int64_t>(*earliest));
}

}  // namespace lockstep::sim
