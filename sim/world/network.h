// The simulated network: nodes, the links between them, and the rules that frames meet on their way.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "node/runtime/transport.h"
#include "sim/core/engine.h"
#include "sim/core/slabs.h"
#include "sim/world/inbox.h"
#include "sim/world/latency.h"
#include "sim/world/rule.h"
#include "sim/world/topology.h"
#include "sim/world/world_trace.h"

namespace lockstep::sim {

class Network;

/// Why a frame never reached its receiver's inbox. Part of the trace: append, never renumber.
enum class DropReason : std::uint64_t {
  kLost = 1,      ///< The link's loss, or a rule's.
  kCut = 2,       ///< A cut lay between the nodes.
  kClosed = 3,    ///< The connection it was sent on had ended.
  kOverflow = 4,  ///< The receiver's inbox was full.
};

struct NetworkOptions {
  LatencyLaw latency = LatencyLaw::constant(std::chrono::milliseconds(20));
  std::uint32_t loss_parts_per_million = 0;
  std::uint32_t duplication_parts_per_million = 0;
  /// Whether a frame may overtake an earlier one on the same link when its jitter is smaller. Otherwise it
  /// waits for the earlier one.
  bool reordering = false;
  /// What a node can send in all; frames leave one after another. 0: any amount at once.
  std::uint64_t uplink_bytes_per_second = 0;
  /// Frames that wait at a receiver; more are dropped and counted as overflow.
  std::uint32_t inbox_frames_max = 8192;
  /// Frames that a rule may hold back on one link; send() then says kFull.
  std::uint32_t held_frames_max = 4096;
  /// How far a node's sending may lag behind its uplink; send() then says kFull.
  base::Duration uplink_backlog_max = std::chrono::seconds(10);
  /// How long after a connection ended at both ends it is made again; zero: never.
  base::Duration redial = std::chrono::seconds(1);
};

/// What became of all frames so far. sent + duplicated = delivered + lost + cut + closed + overflowed +
/// in_flight.
struct NetworkFigures {
  std::uint64_t sent = 0;
  std::uint64_t delivered = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t lost = 0;
  std::uint64_t cut = 0;
  std::uint64_t closed = 0;
  std::uint64_t overflowed = 0;
  std::uint64_t in_flight = 0;  ///< Held ones included.
  std::uint64_t held = 0;       ///< How often a frame was held back, released ones included.
  std::uint64_t refused_full = 0;
  std::uint64_t connections = 0;
  std::uint64_t disconnections = 0;  ///< Each end counts.
};

/// One node's share.
struct EndpointFigures {
  std::uint32_t overflowed = 0;
  std::uint32_t inbox_now = 0;
  std::uint32_t inbox_peak = 0;
};

/// A fault that lasts as long as this object, or until end(). Must not outlive its network.
class [[nodiscard]] Fault {
 public:
  Fault() = default;
  Fault(Network& network, std::uint64_t rule) : network_(&network), rule_(rule) {}
  Fault(Fault&& other) noexcept : network_(std::exchange(other.network_, nullptr)), rule_(other.rule_) {}
  Fault& operator=(Fault&& other) noexcept;
  ~Fault() { end(); }

  /// Heals it: what it held back goes on its way. Idempotent, never blocks.
  void end();

  /// Frames that it holds back at present.
  [[nodiscard]] std::size_t holding() const;

 private:
  Network* network_ = nullptr;
  std::uint64_t rule_ = 0;
};

/// Carries frames between nodes in virtual time. Every decision about a frame is a choice
/// `network:<from << 32 | to>:<purpose>:<number of the frame on its link>`, so that one more frame elsewhere
/// changes nothing here. Must outlive the engine's runs: its events refer to it.
class Network {
 public:
  /// Purposes of choices. Part of every seed's meaning: append, never renumber.
  enum Purpose : std::uint32_t {
    kLatencyPurpose = 1,
    kLossPurpose = 2,
    kDuplicationPurpose = 3,
    kCopyLatencyPurpose = 4,
    kReleaseLatencyPurpose = 5,
    kRuleJitterPurpose = 6,
    kPairBasePurpose = 7,  ///< Object: lower node << 32 | higher node; counter 0.
  };

  /// Connects the nodes below `nodes` as `topology` says. `engine` must outlive the network.
  Network(Engine& engine, NodeIndex nodes, const Topology& topology, const NetworkOptions& options);
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  [[nodiscard]] NodeIndex nodes() const { return static_cast<NodeIndex>(endpoints_.size()); }
  [[nodiscard]] Engine& engine() { return engine_; }
  [[nodiscard]] const NetworkOptions& options() const { return options_; }

  /// Gives the link from `from` to `to` a law of its own. Requires: they are neighbours.
  void set_latency(NodeIndex from, NodeIndex to, const LatencyLaw& law);

  /// Begins a fault that lasts as long as the returned handle.
  Fault begin(Rule rule);
  /// Plans a fault for the frames of [from, until). Requires: now <= from < until.
  void plan(Rule rule, Time from, Time until);
  /// Rules that are in force.
  [[nodiscard]] std::size_t rules() const { return rules_.size(); }

  [[nodiscard]] NetworkFigures figures() const;
  [[nodiscard]] EndpointFigures figures(NodeIndex node) const;
  /// Called for each frame that a full inbox turned away, with its receiver. For checkers; must not block.
  std::function<void(NodeIndex)> on_overflow;

  // For SimTransport: the operations of runtime::Transport for one node.

  /// The node begins to take part: connections with its neighbours that take part are made at once.
  void attach(NodeIndex node);
  /// It is gone: its neighbours notice when the news has had time to reach them.
  void detach(NodeIndex node);
  runtime::SendOutcome send(NodeIndex from, runtime::PeerId peer, runtime::Frame frame);
  void disconnect(NodeIndex node, runtime::PeerId peer);
  std::optional<runtime::TransportEvent> receive(NodeIndex node, Time deadline);
  void interrupt(NodeIndex node);

 private:
  friend class Fault;
  using LinkIndex = std::uint32_t;
  static constexpr std::uint32_t kNone = 0xffffffff;

  /// One direction of a connection. The links that leave a node lie side by side.
  struct alignas(64) Link {
    NodeIndex from = 0;
    NodeIndex to = 0;
    LinkIndex reverse = 0;
    std::uint32_t law = 0;
    std::int64_t base = 0;  ///< Nanoseconds that every frame takes.
    std::uint64_t frames = 0;
    std::int64_t last_arrival = 0;
    /// Counts the connections that were made over this link; part of the PeerIds.
    std::uint32_t connection = 0;
    std::uint32_t held = 0;
    std::uint32_t reverse_slot = 0;
    bool open_here = false;   ///< The sender's end is connected.
    bool open_there = false;  ///< The receiver's end is.
  };

  /// A frame on its way, with all that its arrival needs when nothing has happened to the connection, so that
  /// the link is not looked at again.
  struct alignas(64) Flight {
    runtime::Frame frame;
    std::uint64_t number = 0;
    runtime::PeerId peer;  ///< Its sender's name at the receiver.
    NodeIndex from = 0;
    NodeIndex to = 0;
    LinkIndex link = 0;
    /// The network's `closings_` when it was sent, or one less when the receiver had closed already.
    std::uint32_t closings = 0;
    std::uint32_t next_free = kNone;
  };

  /// One cache line: what an arrival touches.
  struct alignas(64) Endpoint {
    Inbox inbox;
    /// Who waits in receive(); null when nobody does.
    FiberRef receiver;
    LinkIndex first_link = 0;
    std::uint32_t links = 0;
    /// Where the frames of the waiting fiber lie; only ever prefetched.
    const char* waiting_frame = nullptr;
    std::uint32_t overflowed = 0;
    bool attached = false;
    bool interrupted = false;
  };
  static_assert(sizeof(Endpoint) == 64);

  /// When the receiver at a node is to be woken although nothing came.
  struct Alarm {
    EventId event;
    Time at = Time::max();
  };

  struct ActiveRule {
    std::uint64_t number = 0;
    Rule rule;
    std::vector<std::uint32_t> held;  ///< Flights, in the order in which they were sent.
  };

  struct PlannedRule {
    Rule rule;
    std::uint64_t number = 0;
  };

  /// What the rules in force say about one frame.
  struct Treatment {
    std::uint32_t loss = 0;
    std::uint32_t duplication = 0;
    std::int64_t delay = 0;
    bool cut = false;
    ActiveRule* held_by = nullptr;
  };

  void build_links(const Topology& topology);
  [[nodiscard]] std::int64_t draw_base(const LatencyLaw& law, NodeIndex from, NodeIndex to);
  [[nodiscard]] LinkIndex find_link(NodeIndex from, NodeIndex to) const;
  [[nodiscard]] LinkIndex find_open(NodeIndex from, runtime::PeerId peer) const;
  [[nodiscard]] static ChoiceKey key_of(const Link& link, Purpose purpose, std::uint64_t number);
  [[nodiscard]] static std::uint64_t name_of(NodeIndex other, std::uint64_t number);

  // On the way: network.cpp.
  std::uint32_t take_flight(LinkIndex link, std::uint64_t number, runtime::Frame frame);
  [[nodiscard]] bool has_room(const Link& link) const;
  [[nodiscard]] std::int64_t departure(const Link& link, std::size_t bytes);
  void launch(std::uint32_t flight, Purpose latency_purpose, std::int64_t departure);
  void send_on(std::uint32_t flight, Purpose latency_purpose, std::int64_t departure, ActiveRule* held_by);
  void arrive(std::uint64_t flight, std::uint64_t to);
  void prefetch_receiver(const Endpoint& endpoint, const Flight& flight, std::ptrdiff_t lines_below,
                         std::ptrdiff_t lines_above) const;
  static void prepare_arrival(void* network, std::uint64_t flight, std::uint64_t to, std::size_t ahead);
  void drop(NodeIndex from, NodeIndex to, std::uint64_t number, DropReason reason);
  [[nodiscard]] bool is_welcome(const Flight& flight) const;
  void deliver(Flight& flight);
  void wake(Endpoint& endpoint);
  void wait(NodeIndex node, Time deadline);
  void set_alarm(NodeIndex node, Time deadline);
  void on_alarm(std::uint64_t node, std::uint64_t);
  static std::optional<runtime::TransportEvent> take_event(Inbox& inbox);

  // Connections: network_links.cpp.
  [[nodiscard]] static runtime::PeerId peer_id(std::uint32_t connection, std::uint32_t slot) {
    return {(std::uint64_t{connection} << 32) | (slot + 1)};
  }
  void connect_if_possible(LinkIndex link);
  void set_open(LinkIndex link, bool open);
  void close_here(LinkIndex link);
  void tell_far_end(LinkIndex link);
  void on_far_end_told(std::uint64_t link, std::uint64_t connection);
  void redial_later(LinkIndex link);
  void on_redial(std::uint64_t link, std::uint64_t);
  void announce(LinkIndex link, Inbox::Kind kind);

  // Faults: network_rules.cpp.
  [[nodiscard]] Treatment treatment_of(const Link& link, std::uint64_t number, const base::Bytes& frame);
  [[nodiscard]] bool is_cut(NodeIndex from, NodeIndex to) const;
  [[nodiscard]] bool is_reachable(NodeIndex one, NodeIndex other) const;
  void break_connections(const Rule& rule);
  void redial_across(const Rule& cut);
  void start_rule(std::uint64_t number, Rule rule);
  void end_rule(std::uint64_t number);
  void on_planned_start(std::uint64_t index, std::uint64_t);
  void on_planned_end(std::uint64_t index, std::uint64_t);
  [[nodiscard]] const ActiveRule* find_rule(std::uint64_t number) const;

  Engine& engine_;
  const NetworkOptions options_;
  std::vector<LatencyLaw> laws_;
  std::vector<Link> links_;
  std::vector<Endpoint> endpoints_;
  std::vector<Alarm> alarms_;  ///< One for each endpoint.
  /// When each node's uplink is free again, in nanoseconds; empty when uplinks are unlimited.
  std::vector<std::int64_t> uplink_free_;
  Slabs<Flight> flights_;
  std::uint32_t free_flights_ = kNone;  ///< The last that arrived, which names the one before it.
  /// By number.
  std::vector<std::unique_ptr<ActiveRule>> rules_;
  std::vector<PlannedRule> planned_;
  std::uint64_t rules_begun_ = 0;
  std::uint32_t cuts_ = 0;
  /// Ends of connections that closed so far. While it stands still, what is under way is welcome.
  std::uint32_t closings_ = 0;
  NetworkFigures figures_;
};

}  // namespace lockstep::sim
