// What is going to happen when: events in exact order of time, then of insertion.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "sim/core/slabs.h"
#include "sim/core/time.h"
#include "sim/core/trace_tree.h"

namespace lockstep::sim {

/// A call that is due at some time: a plain function, what it works on, and two words for it. `lane` and
/// `tag` say in the trace whose event it was and of what kind.
struct Event {
  using Function = void (*)(void* object, std::uint64_t a, std::uint64_t b);

  /// The tag of a call that notes in the trace itself what it was, in each case exactly once and before
  /// anything else happens: the engine does not note it again.
  static constexpr std::uint32_t kNotesItself = 0xffffffff;

  Function run = nullptr;
  void* object = nullptr;
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  Lane lane = kWorldLane;
  std::uint32_t tag = 0;
  /// Asks for memory that the call will touch, and changes nothing: called with the same three words when the
  /// event is kFarAhead events away and, while at least kCrowd are pending, again when it is kNearAhead, for
  /// what is found only through what it asked for first. May be null.
  using Preparation = void (*)(void* object, std::uint64_t a, std::uint64_t b, std::size_t ahead);
  static constexpr std::size_t kFarAhead = 2;
  static constexpr std::size_t kNearAhead = 1;
  /// What fewer events touch is mostly at hand, and a second call would cost more than it spares.
  static constexpr std::size_t kCrowd = 8192;
  Preparation prepare = nullptr;

  /// An event that calls `(object.*Method)(a, b)`; `object` must live until it has run or is cancelled.
  template <auto Method, typename Object>
  [[nodiscard]] static Event call(Object& object, Lane lane, std::uint32_t tag, std::uint64_t a = 0,
                                  std::uint64_t b = 0) {
    return {
        [](void* target, std::uint64_t x, std::uint64_t y) { (static_cast<Object*>(target)->*Method)(x, y); },
        &object,
        a,
        b,
        lane,
        tag,
        nullptr};
  }
};

/// Names a pending event; harmless once that has run or was cancelled.
struct EventId {
  std::uint32_t node = 0;
  std::uint32_t generation = 0;

  friend constexpr bool operator==(const EventId&, const EventId&) = default;
};

/// A monotone priority queue: a radix wheel of 64-slot levels over the bits of the time, with the earliest
/// few events sorted in front. An event sits at the highest level at which its time differs from the wheel's
/// position, and comes down as the position comes near; equal times always share a slot and keep their
/// order, so no sequence number is stored. Far-future events cost nothing until they are near; a cancelled
/// event is skipped when met and swept when the skipped outnumber the living.
class EventQueue {
 public:
  EventQueue();
  ~EventQueue();
  EventQueue(const EventQueue&) = delete;
  EventQueue& operator=(const EventQueue&) = delete;

  /// Adds an event. Requires: `time` is not before the last popped one, nor before the `limit` of a later
  /// pop_until() that returned false.
  EventId push(Time time, const Event& event);

  /// Drops all events and lets time begin anew.
  void clear();

  /// Takes an event back; false when it has run or was cancelled before.
  bool cancel(EventId id);

  /// Removes the earliest event into `time` and `event` unless it is later than `limit` or there is none.
  bool pop_until(Time limit, Time& time, Event& event);

  /// The earliest time, found by looking: for reports, not for loops.
  [[nodiscard]] std::optional<Time> next_time() const;

  /// Pending events, without the cancelled.
  [[nodiscard]] std::size_t size() const { return live_; }

  /// Chunks of 512 bytes that the wheel has taken from the heap and keeps for reuse.
  [[nodiscard]] std::size_t chunks_mapped() const { return chunk_slabs_.size() * kSlabChunks; }

  /// Entries for which the sorted front has room.
  [[nodiscard]] std::size_t front_capacity() const { return front_.capacity(); }

 private:
  static constexpr unsigned kDigitBits = 6;
  static constexpr std::size_t kSlots = std::size_t{1} << kDigitBits;
  static constexpr std::size_t kLevels = 11;
  static constexpr std::size_t kChunkEntries = 31;
  static constexpr std::size_t kSlabChunks = 32;
  static constexpr std::size_t kSortable = 24;
  static constexpr std::size_t kFrontLimit = 64;
  static constexpr std::uint32_t kNone = 0xffffffff;

  struct Entry {
    std::uint64_t time;
    std::uint32_t node;
    std::uint32_t generation;
  };
  struct Chunk {
    Chunk* next;
    std::uint64_t unused;
    std::array<Entry, kChunkEntries> entries;
  };
  struct Slot {
    Chunk* head = nullptr;
    Chunk* tail = nullptr;
    std::uint32_t tail_used = 0;
    std::uint32_t size = 0;
  };
  /// One cache line.
  struct alignas(64) Node {
    Event event;
    std::uint32_t generation = 0;
    std::uint32_t next_free = kNone;
  };

  [[nodiscard]] static unsigned level_of(std::uint64_t difference);
  [[nodiscard]] bool stale(const Entry& entry) const {
    return nodes_[entry.node].generation != entry.generation;
  }
  void prepare(std::size_t ahead) const;
  std::uint32_t take_node();
  void free_node(std::uint32_t index);
  Chunk* take_chunk();
  void free_chunk(Chunk* chunk);
  void append(Slot& slot, const Entry& entry);
  void place(const Entry& entry);
  void place_in_front(const Entry& entry);
  void shorten_front();
  bool refill(std::uint64_t limit);
  void load_front(Slot& slot);
  Slot detach(unsigned level, unsigned digit);
  template <typename Visit>
  void drain(Slot& slot, Visit visit);
  void restart(std::uint64_t position);
  void sweep();

  static_assert(sizeof(Node) == 64);

  std::uint64_t base_ = 0;
  std::uint64_t front_end_ = 0;
  std::size_t front_head_ = 0;
  std::vector<Entry> front_;
  std::uint32_t occupied_levels_ = 0;
  std::size_t live_ = 0;
  std::size_t cancelled_ = 0;
  std::uint64_t last_popped_ = 0;
  Chunk* free_chunks_ = nullptr;
  Slabs<Node> nodes_;
  std::uint32_t free_nodes_ = kNone;  ///< The last that was freed, which names the one before it.
  std::array<std::uint64_t, kLevels> occupied_{};
  std::array<std::array<Slot, kSlots>, kLevels> slots_{};
  std::vector<std::unique_ptr<Chunk[]>> chunk_slabs_;
};

}  // namespace lockstep::sim
