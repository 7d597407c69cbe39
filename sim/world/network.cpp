// Frames on their way: from send() through choices and virtual time to the receiving fiber.
#include "sim/world/network.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "node/base/assert.h"
#include "sim/world/parts.h"

namespace lockstep::sim {
namespace {

std::uint64_t word_at(const base::Bytes& bytes, std::size_t at) {
  return base::load_le<std::uint64_t>(bytes.data() + at);
}

/// A word that tells frames apart without reading all of them: length, beginning, middle and end.
std::uint64_t sample_of(const base::Bytes& frame) {
  const std::size_t size = frame.size();
  if (size < sizeof(std::uint64_t)) {
    std::uint64_t word = size;
    for (const std::uint8_t byte : frame) {
      word = (word << 8) | byte;
    }
    return word;
  }
  const std::size_t last = size - sizeof(std::uint64_t);
  return (word_at(frame, 0) + size) ^ (word_at(frame, last / 2) * kGoldenStep) ^
         std::rotl(word_at(frame, last), 32);
}

}  // namespace

Network::Network(Engine& engine, NodeIndex nodes, const Topology& topology, const NetworkOptions& options)
    : engine_(engine), options_(options), laws_{options.latency}, endpoints_(nodes), alarms_(nodes) {
  check_law(options.latency);
  LOCKSTEP_ASSERT(options.loss_parts_per_million <= kPartsPerMillion &&
                  options.duplication_parts_per_million <= kPartsPerMillion);
  if (options.uplink_bytes_per_second != 0) {
    uplink_free_.resize(nodes);
  }
  build_links(topology);
  name_world_kinds(engine.trace());
}

Network::~Network() = default;

ChoiceKey Network::key_of(const Link& link, Purpose purpose, std::uint64_t number) {
  return {ChoiceDomain::kNetwork, (std::uint64_t{link.from} << 32) | link.to, purpose, number};
}

std::uint64_t Network::name_of(NodeIndex other, std::uint64_t number) {
  return (std::uint64_t{other} << 40) | number;
}

std::uint32_t Network::take_flight(LinkIndex link, std::uint64_t number, runtime::Frame frame) {
  std::uint32_t index = free_flights_;
  if (index == kNone) {
    index = flights_.add();
  } else {
    free_flights_ = flights_[index].next_free;
    if (free_flights_ != kNone) {
      __builtin_prefetch(&flights_[free_flights_], 1);
    }
  }
  const Link& way = links_[link];
  Flight& flight = flights_[index];
  flight.frame = std::move(frame);
  flight.number = number;
  flight.peer = peer_id(way.connection, way.reverse_slot);
  flight.from = way.from;
  flight.to = way.to;
  flight.link = link;
  flight.closings = way.open_there ? closings_ : closings_ - 1;
  ++figures_.in_flight;
  return index;
}

bool Network::has_room(const Link& link) const {
  if (link.held >= options_.held_frames_max) {
    return false;
  }
  return uplink_free_.empty() ||
         uplink_free_[link.from] - nanoseconds(engine_.now()) <= options_.uplink_backlog_max.count();
}

/// When the last byte of a frame that is sent at once has left its node.
std::int64_t Network::departure(const Link& link, std::size_t bytes) {
  const std::int64_t now = nanoseconds(engine_.now());
  if (uplink_free_.empty()) {
    return now;
  }
  constexpr std::uint64_t kNanosecondsPerSecond = 1'000'000'000;
  std::int64_t& free = uplink_free_[link.from];
  free = std::max(now, free) +
         static_cast<std::int64_t>(bytes * kNanosecondsPerSecond / options_.uplink_bytes_per_second);
  return free;
}

void Network::launch(std::uint32_t flight, Purpose latency_purpose, std::int64_t departure) {
  Link& link = links_[flights_[flight].link];
  const ChoiceKey key = key_of(link, latency_purpose, flights_[flight].number);
  std::int64_t arrival = departure + link.base + laws_[link.law].draw_jitter(engine_.choices(), key).count();
  if (!options_.reordering) {
    arrival = std::max(arrival, link.last_arrival);
    link.last_arrival = arrival;
  }
  // Each arrival notes what became of it.
  Event event =
      Event::call<&Network::arrive>(*this, node_lane(link.to), Event::kNotesItself, flight, link.to);
  event.prepare = &Network::prepare_arrival;
  engine_.call_at(at_nanoseconds(arrival), event);
}

runtime::SendOutcome Network::send(NodeIndex from, runtime::PeerId peer, runtime::Frame frame) {
  if (frame->size() > runtime::kFrameBytesMax) {
    return runtime::SendOutcome::kTooLong;
  }
  const LinkIndex index = find_open(from, peer);
  if (index == kNone) {
    return runtime::SendOutcome::kClosed;
  }
  Link& link = links_[index];
  if (!has_room(link)) {
    ++figures_.refused_full;
    return runtime::SendOutcome::kFull;
  }
  const std::uint64_t number = link.frames++;
  ++figures_.sent;
  record(engine_.trace(), node_lane(from), WorldTrace::kSent, name_of(link.to, number), sample_of(*frame));

  Treatment treatment{options_.loss_parts_per_million, options_.duplication_parts_per_million};
  if (!rules_.empty()) {
    treatment = treatment_of(link, number, *frame);
  }
  if (treatment.cut) {
    drop(from, link.to, number, DropReason::kCut);
    return runtime::SendOutcome::kQueued;
  }
  const std::int64_t leaves = departure(link, frame->size()) + treatment.delay;
  if (treatment.loss != 0 && engine_.choices().chance(key_of(link, kLossPurpose, number), treatment.loss)) {
    drop(from, link.to, number, DropReason::kLost);
    return runtime::SendOutcome::kQueued;
  }
  if (treatment.duplication != 0 &&
      engine_.choices().chance(key_of(link, kDuplicationPurpose, number), treatment.duplication)) {
    ++figures_.duplicated;
    record(engine_.trace(), node_lane(link.to), WorldTrace::kDuplicated, name_of(from, number), 0);
    send_on(take_flight(index, number, frame), kCopyLatencyPurpose, leaves, treatment.held_by);
  }
  send_on(take_flight(index, number, std::move(frame)), kLatencyPurpose, leaves, treatment.held_by);
  return runtime::SendOutcome::kQueued;
}

void Network::send_on(std::uint32_t flight, Purpose latency_purpose, std::int64_t departure,
                      ActiveRule* held_by) {
  if (held_by == nullptr) {
    launch(flight, latency_purpose, departure);
    return;
  }
  Link& link = links_[flights_[flight].link];
  ++link.held;
  held_by->held.push_back(flight);
  ++figures_.held;
  record(engine_.trace(), node_lane(link.to), WorldTrace::kHeld, name_of(link.from, flights_[flight].number),
         held_by->number);
}

void Network::drop(NodeIndex from, NodeIndex to, std::uint64_t number, DropReason reason) {
  switch (reason) {
    case DropReason::kLost:
      ++figures_.lost;
      break;
    case DropReason::kCut:
      ++figures_.cut;
      break;
    case DropReason::kClosed:
      ++figures_.closed;
      break;
    case DropReason::kOverflow:
      ++figures_.overflowed;
      break;
  }
  record(engine_.trace(), node_lane(to), WorldTrace::kDropped, name_of(from, number),
         static_cast<std::uint64_t>(reason));
}

/// Asks for all that the receiver of `flight` touches first, at once instead of one after another: with a
/// thousand nodes nothing of it is near. Inlined by force, or g++ drops the call as one without effect.
[[gnu::always_inline]] inline void Network::prefetch_receiver(const Endpoint& endpoint, const Flight& flight,
                                                              std::ptrdiff_t lines_below,
                                                              std::ptrdiff_t lines_above) const {
  constexpr std::ptrdiff_t kLine = 64;
  endpoint.inbox.prefetch();
  if (endpoint.receiver) {
    __builtin_prefetch(endpoint.receiver.fiber, 1);
    for (std::ptrdiff_t line = -lines_below; line < lines_above; ++line) {
      __builtin_prefetch(endpoint.waiting_frame + line * kLine, 1);
    }
  }
  // An answer goes back where the frame came from.
  __builtin_prefetch(&links_[endpoint.first_link + (flight.peer.value & 0xffffffff) - 1], 1);
}

/// Asks in two steps for what an arrival touches, since the second needs what the first asks for.
void Network::prepare_arrival(void* network, std::uint64_t flight, std::uint64_t to, std::size_t ahead) {
  const Network& self = *static_cast<const Network*>(network);
  const Endpoint& endpoint = self.endpoints_[to];
  const Flight& coming = self.flights_[static_cast<std::uint32_t>(flight)];
  if (ahead == Event::kFarAhead) {
    __builtin_prefetch(&endpoint, 1);
    __builtin_prefetch(&coming, 1);
    return;
  }
  // There is time for more than is touched at once.
  self.prefetch_receiver(endpoint, coming, /*lines_below=*/2, /*lines_above=*/10);
}

void Network::arrive(std::uint64_t index, std::uint64_t to) {
  const auto place = static_cast<std::uint32_t>(index);
  Flight& flight = flights_[place];
  prefetch_receiver(endpoints_[to], flight, /*lines_below=*/1, /*lines_above=*/3);
  --figures_.in_flight;
  if (flight.closings != closings_ && !is_welcome(flight)) {
    drop(flight.from, flight.to, flight.number, DropReason::kClosed);
  } else if (cuts_ != 0 && is_cut(flight.from, flight.to)) {
    drop(flight.from, flight.to, flight.number, DropReason::kCut);
  } else {
    deliver(flight);
  }
  flight.frame.reset();
  flight.next_free = free_flights_;
  free_flights_ = place;
}

/// Whether the connection that `flight` was sent on still stands at its receiver.
bool Network::is_welcome(const Flight& flight) const {
  const Link& link = links_[flight.link];
  return link.open_there && flight.peer == peer_id(link.connection, link.reverse_slot);
}

/// Puts the frame of `flight` into its receiver's inbox, or drops it.
void Network::deliver(Flight& flight) {
  Endpoint& endpoint = endpoints_[flight.to];
  if (endpoint.inbox.size() >= options_.inbox_frames_max) {
    ++endpoint.overflowed;
    drop(flight.from, flight.to, flight.number, DropReason::kOverflow);
    if (on_overflow) {
      on_overflow(NodeIndex{flight.to});
    }
    return;
  }
  record(engine_.trace(), node_lane(flight.to), WorldTrace::kDelivered, name_of(flight.from, flight.number),
         0);
  ++figures_.delivered;
  endpoint.inbox.push(std::move(flight.frame), flight.peer, flight.from, Inbox::Kind::kFrame);
  wake(endpoint);
}

void Network::wake(Endpoint& endpoint) {
  if (endpoint.receiver) {
    engine_.unpark(std::exchange(endpoint.receiver, {}));
  }
}

void Network::interrupt(NodeIndex node) {
  endpoints_[node].interrupted = true;
  wake(endpoints_[node]);
}

std::optional<runtime::TransportEvent> Network::receive(NodeIndex node, Time deadline) {
  Endpoint& endpoint = endpoints_[node];
  LOCKSTEP_ASSERT_MSG(!endpoint.receiver, "one thread receives");
  if (endpoint.inbox.empty() && !endpoint.interrupted) {
    wait(node, deadline);
  }
  if (endpoint.interrupted) {
    endpoint.interrupted = false;
    return std::nullopt;
  }
  if (endpoint.inbox.empty()) {
    return std::nullopt;
  }
  return take_event(endpoint.inbox);
}

/// Makes the event where the caller wants it: moving variants about costs more than the rest.
std::optional<runtime::TransportEvent> Network::take_event(Inbox& inbox) {
  /// Forgets the item once the event is made.
  struct Taken {
    Inbox& from;
    ~Taken() { from.pop(); }
  } const scope{inbox};
  using Taking = std::optional<runtime::TransportEvent>;
  Inbox::Item& item = inbox.front();
  switch (item.kind) {
    case Inbox::Kind::kFrame:
      break;
    case Inbox::Kind::kConnected:
      return Taking(std::in_place, std::in_place_type<runtime::PeerConnected>, item.peer,
                    "node " + std::to_string(item.node));
    case Inbox::Kind::kDisconnected:
      return Taking(std::in_place, std::in_place_type<runtime::PeerDisconnected>, item.peer);
  }
  return Taking(std::in_place, std::in_place_type<runtime::FrameReceived>, item.peer, std::move(item.frame));
}

void Network::wait(NodeIndex node, Time deadline) {
  if (deadline <= engine_.now() || engine_.fires_early()) {
    // Whoever polls in a loop lets the others go on, and is found if he polls for ever.
    engine_.yield();
    return;
  }
  Endpoint& endpoint = endpoints_[node];
  /// Nobody waits any more when this scope ends, even by unwinding.
  struct Wait {
    Endpoint& at;
    ~Wait() { at.receiver = {}; }
  } const scope{endpoint};
  const Waiting why{"transport event", nullptr, nullptr};
  endpoint.receiver = engine_.current();
  endpoint.waiting_frame = static_cast<const char*>(__builtin_frame_address(0));
  set_alarm(node, deadline);
  engine_.park(why);
}

/// Sees to it that whoever waits at `node` is woken at `deadline`. An alarm that is set for then already is
/// left as it is: between two deadlines a node waits for many frames, and each would cost an event and its
/// cancellation.
void Network::set_alarm(NodeIndex node, Time deadline) {
  Alarm& alarm = alarms_[node];
  if (alarm.at == deadline) {
    return;
  }
  if (alarm.at != Time::max()) {
    engine_.cancel(alarm.event);
  }
  alarm.at = deadline;
  if (deadline != Time::max()) {
    alarm.event = engine_.call_at(
        deadline, Event::call<&Network::on_alarm>(*this, node_lane(node),
                                                  static_cast<std::uint32_t>(WorldTrace::kAlarm), node));
  }
}

void Network::on_alarm(std::uint64_t node, std::uint64_t) {
  alarms_[node].at = Time::max();
  wake(endpoints_[node]);
}

NetworkFigures Network::figures() const {
  return figures_;
}

EndpointFigures Network::figures(NodeIndex node) const {
  const Endpoint& endpoint = endpoints_.at(node);
  return {.overflowed = endpoint.overflowed,
          .inbox_now = endpoint.inbox.size(),
          .inbox_peak = endpoint.inbox.peak()};
}

}  // namespace lockstep::sim
