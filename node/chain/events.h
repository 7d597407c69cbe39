// What a node reports about itself: one method for each kind of thing that happens to it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "node/base/time.h"
#include "node/chain/exchange.h"
#include "node/runtime/transport.h"
#include "node/spec/containers.h"
#include "node/spec/rejection.h"
#include "node/spec/types.h"

namespace lockstep::chain {

/// How something came into the node.
enum class Origin : std::uint8_t {
  kGossip,    ///< A peer published it.
  kSync,      ///< A peer answered a request of ours with it.
  kOwn,       ///< One of our own validators made it.
  kBuffered,  ///< It had been kept back and its time came.
  kBlock,     ///< It was taken out of the proof of a block.
};
std::string_view to_string(Origin origin);

/// What became of a block when it was handed in or taken out of a buffer.
enum class BlockOutcome : std::uint8_t {
  kImported,       ///< It is in the store.
  kDuplicate,      ///< It already was in the store, or in a buffer.
  kUnknownParent,  ///< Kept until its parent is imported.
  kEarly,          ///< Kept until its slot begins.
  kTooOld,  ///< Not a descendant of anything that could still matter: its slot is finalized and its parent
            ///< unknown.
  kTooFarAhead,  ///< Its slot lies further in the future than early blocks are kept for.
  kRejected,     ///< The specification refuses it; the reason says why.
  kEvicted,      ///< It was kept back and made room for a later one.
  kNotSynced,    ///< Refused unseen: the node does not follow gossip at present.
  kQueueFull,    ///< Refused unseen: there was no room in the queue to whom it was handed.
  kShutDown,     ///< The node ended before it could be decided.
};
std::string_view to_string(BlockOutcome outcome);
/// Whether nothing more will be heard of a block after this.
[[nodiscard]] constexpr bool is_final(BlockOutcome outcome) {
  return outcome != BlockOutcome::kUnknownParent && outcome != BlockOutcome::kEarly;
}

/// What became of a vote or of an aggregate of votes.
enum class VoteOutcome : std::uint8_t {
  kAccepted,   ///< It is valid; an aggregator, or anyone for an aggregate, has stored it.
  kBuffered,   ///< It names a block that is not here; kept and tried again after every import.
  kRejected,   ///< The specification refuses it; the reason says why.
  kEvicted,    ///< It was kept back and made room for a later one.
  kNotSynced,  ///< As for blocks.
  kQueueFull,  ///< As for blocks.
  kShutDown,   ///< As for blocks.
};
std::string_view to_string(VoteOutcome outcome);
/// Whether nothing more will be heard of a vote after this.
[[nodiscard]] constexpr bool is_final(VoteOutcome outcome) {
  return outcome != VoteOutcome::kBuffered;
}

/// What the ledger of a node is kept about: each of these enters once and has one final outcome.
enum class Input : std::uint8_t { kBlock, kAttestation, kAggregate, kCommand };
inline constexpr std::size_t kInputs = 4;
std::string_view to_string(Input input);

/// Something entered the node, or a command was given; its final outcome follows.
struct InputEntered {
  Input input;
  Origin origin;
};

/// The slot clock moved on by one interval.
struct TickHappened {
  spec::Interval interval;
  /// How long after the interval's beginning, by the node's own wall clock, it was acted upon. Never
  /// negative.
  base::Duration lateness;
  /// Intervals that were jumped over before this one because the node had stalled for too long.
  std::uint64_t skipped;
};

/// The chain has been ticked to an interval and the duties that fall into it are done, on the thread that
/// owns the chain.
struct IntervalDone {
  spec::Interval interval;
  /// How long after the interval's beginning, by the node's own wall clock. Never negative.
  base::Duration lateness;
};

/// No aggregates were begun in this interval: those of an earlier one were still being proven. Another round
/// follows that one.
struct AggregationCoalesced {
  spec::Interval interval;
};

/// The slot clock has not moved on for too long; reported once for each such episode.
struct SlotDriverStalled {
  base::Duration standing;
};

/// A thread of the node ended although nobody had asked it to; the node stops.
struct ThreadDied {
  std::string_view name;
};

/// A block got one of its outcomes. `block` is valid during the call only.
struct BlockHandled {
  spec::Root root;
  const spec::Block& block;
  Origin origin;
  BlockOutcome outcome;
  /// Meaningful for kRejected only.
  spec::RejectionReason reason;
};

/// A single vote got one of its outcomes. `data` is valid during the call only.
struct VoteHandled {
  spec::ValidatorIndex validator;
  const spec::AttestationData& data;
  Origin origin;
  VoteOutcome outcome;
  /// Meaningful for kRejected and kBuffered.
  spec::RejectionReason reason;
};

/// An aggregate of votes got one of its outcomes. `data` is valid during the call only.
struct AggregateHandled {
  const spec::AttestationData& data;
  std::size_t participants;
  Origin origin;
  VoteOutcome outcome;
  /// Meaningful for kRejected and kBuffered.
  spec::RejectionReason reason;
};

/// Kept votes, or kept aggregates, were tried again and wait on; more than none.
struct VotesKeptOn {
  Input input;
  std::size_t count;
};

/// The head is another block.
struct HeadChanged {
  spec::Checkpoint old_head;
  spec::Checkpoint new_head;
  /// How many blocks of the old chain are not on the new one: 0 when the chain only grew.
  std::uint64_t reorg_depth;
  /// The store's latest justified checkpoint at this moment.
  spec::Checkpoint justified;
};

/// A checkpoint of the store is another one. Finality may go back when the head moves to another branch.
struct CheckpointChanged {
  spec::Checkpoint old_checkpoint;
  spec::Checkpoint new_checkpoint;
};

/// A duty of one of our validators.
enum class Duty : std::uint8_t { kPropose, kAttest, kAggregate };
std::string_view to_string(Duty duty);

/// Why a duty was not done.
enum class DutySkip : std::uint8_t {
  kStarting,       ///< The node started in this slot or later: an earlier life of it may have signed already.
  kNotSynced,      ///< The head lags the clock while the network goes on: the duty gate is closed.
  kMissed,         ///< The node had stalled and the slot was over.
  kAlreadySigned,  ///< The key, or our own record, says that something was signed for this slot.
  kSigningFailed,  ///< The key would not sign: outside its lifetime, or no encoding was found.
  kProvingFailed,  ///< The prover would not make or merge the proofs of the block.
  kRefused,        ///< The specification refused what was built.
};
std::string_view to_string(DutySkip reason);

struct DutySkipped {
  Duty duty;
  spec::Slot slot;
  spec::ValidatorIndex validator;
  DutySkip reason;
};

/// One of our validators signed a block, which goes to be published. `block` is valid during the call only.
struct BlockProposed {
  spec::Root root;
  const spec::Block& block;
};

/// One of our validators signed a vote, which goes to be published. `data` is valid during the call only.
struct Attested {
  spec::ValidatorIndex validator;
  const spec::AttestationData& data;
};

/// This node, as an aggregator, joined votes into one proof, which goes to be published. `data` is valid
/// during the call only.
struct Aggregated {
  const spec::AttestationData& data;
  std::size_t participants;
};

/// What other threads ask of the thread that owns the network.
enum class Command : std::uint8_t {
  kPublishBlock,
  kPublishAttestation,
  kPublishAggregate,
  kRequest,
  kRespond,
  kComplain,
};
inline constexpr std::size_t kCommands = 6;
std::string_view to_string(Command command);

/// What became of a command.
enum class CommandOutcome : std::uint8_t {
  kDone,       ///< Carried out.
  kRefused,    ///< The transport would not take it.
  kQueueFull,  ///< There was no room in the queue to the network's thread; whoever asked rolled back.
  kClosed,     ///< The network's thread has ended; whoever asked rolled back.
  kShutDown,   ///< The network's thread ended before its turn came.
};
std::string_view to_string(CommandOutcome outcome);

/// A command got its one outcome.
struct CommandHandled {
  Command command;
  CommandOutcome outcome;
};

/// The places where a node keeps things for later or remembers what it saw. Each has a named bound.
enum class Buffer : std::uint8_t {
  kPendingBlocks,
  kEarlyBlocks,
  kReadyBlocks,
  kPendingAttestations,
  kPendingAggregates,
  kSeenMessages,
  kRequestsInFlight,
  kSignedBlocks,
  kBlockFetches,      ///< Requests of blocks by root that are under way or have a place reserved.
  kResponseChannels,  ///< Requests of peers that are not answered whole.
  kInvalidRoots,      ///< Blocks that were refused and are not fetched again.
  kCachedMessages,
  kCommandQueue,    ///< To the network's thread.
  kExchangeQueue,   ///< Requests, answers and peers, from the network's thread.
  kBlockQueue,      ///< Blocks, from the network's thread.
  kVoteQueue,       ///< Votes, likewise.
  kAggregateQueue,  ///< Aggregates, likewise.
  kBlockLane,       ///< Blocks, on their way to the chain's thread.
  kVoteLane,        ///< Votes, likewise.
  kAggregateLane,   ///< Aggregates, likewise.
};
inline constexpr std::size_t kBuffers = 20;
std::string_view to_string(Buffer buffer);

/// A buffer's fill changed.
struct BufferLevel {
  Buffer buffer;
  std::size_t size;
  std::size_t bound;
};

/// Why a gossip message, or a frame, was dropped without reaching the chain.
enum class Drop : std::uint8_t {
  kBadFrame,         ///< Of no content, or of a channel that does not exist.
  kBadRpc,           ///< Not a gossipsub RPC.
  kUnknownTopic,     ///< No topic of this network.
  kUnsubscribed,     ///< A topic of this network that this node does not follow.
  kTooLong,          ///< Longer than 10 MiB once decompressed.
  kBadSnappy,        ///< Does not decompress.
  kBadSsz,           ///< Decompresses, but is not the container that the topic carries.
  kBadRequest,       ///< A request that cannot be read.
  kBadResponse,      ///< A response that cannot be read, or breaks the rules of its protocol.
  kUnsolicited,      ///< A response to a request that was never made, or not to this peer.
  kLateResponse,     ///< Part of a response that had come already, or after the request's end.
  kUnknownRequest,   ///< A request of a protocol that does not exist.
  kTooManyRequests,  ///< A request beyond those that one peer may have unanswered.
  kEndlessResponse,  ///< More chunks than the request can have.
  kSlowResponse,     ///< A response that began and then did not go on, or not within its time.
  kInvalidBlock,     ///< A block in answer to our request that the specification refuses.
  kGraftInBackoff,   ///< A peer wants into a mesh that it was to stay away from.
  kControlFlood,     ///< More control entries, ids or subscriptions than a peer may send in one heartbeat.
  kBadMessageId,     ///< A control entry with an id that is not 20 bytes long.
  kBrokenPromise,    ///< A peer said that it has a message, was asked for it, and nobody sent it.
  kSlowPeer,         ///< A peer that has not taken what is sent to it for a long time.
  kWrongSubnet,      ///< A vote on the topic of another subnet than its validator's.
};
inline constexpr std::size_t kDrops = 22;
std::string_view to_string(Drop reason);
/// Whether gossip messages are dropped for this reason; some requests and answers are, for the same.
[[nodiscard]] bool is_of_gossip(Drop reason);

struct MessageDropped {
  runtime::PeerId peer;
  Drop reason;
};

/// What became of gossip since the node started; every message and every control entry has one outcome.
/// Reported at every heartbeat, and when the node ends.
struct GossipCounted {
  std::uint64_t messages;    ///< Came in: duplicates + dropped + delivered.
  std::uint64_t duplicates;  ///< Had come, or been published, before.
  std::uint64_t dropped;     ///< Each was reported by message_dropped, for a reason that is_of_gossip().
  std::uint64_t delivered;   ///< Went on to the chain.
  std::uint64_t control_entries;
  std::uint64_t control_outcomes;  ///< The sum over the outcomes of control entries.
  std::uint64_t mesh_peers{};      ///< At this moment, summed over the topics.
};

/// The request protocols of leanSpec.
enum class Protocol : std::uint8_t { kStatus, kBlocksByRoot, kBlocksByRange };
std::string_view to_string(Protocol protocol);

struct RequestSent {
  runtime::PeerId peer;
  std::uint64_t id;
  Protocol protocol;
};

/// How a request of ours ended.
enum class RequestEnd : std::uint8_t {
  kAnswered,      ///< The peer said that this was all.
  kRefused,       ///< The peer answered with an error.
  kTimedOut,      ///< Nothing came for too long, or it took too long altogether.
  kDisconnected,  ///< The peer went away.
  kInvalid,       ///< The answer broke the rules; the peer was complained of.
  kNotSent,       ///< The transport would not take the request: it never left.
  kNoRoom,        ///< We had no room for the answer.
  kShutDown,      ///< The node ended before the answer did.
};
std::string_view to_string(RequestEnd end);

struct RequestEnded {
  runtime::PeerId peer;
  std::uint64_t id;
  Protocol protocol;
  RequestEnd end;
  std::size_t items;  ///< Chunks that came and were handed on, whatever the end.
  /// Meaningful for kRefused only.
  ResponseCode code = ResponseCode::kSuccess;
};

/// A peer asked for something that could be read. A RequestServed follows, exactly one.
struct RequestReceived {
  runtime::PeerId peer;
  std::uint64_t id;
  Protocol protocol;
};

/// How a peer's request ended.
enum class ServedEnd : std::uint8_t {
  kComplete,      ///< Everything that we have was handed to the transport.
  kRefused,       ///< It was answered with an error.
  kStalled,       ///< The peer did not take the answer for too long.
  kUnanswered,    ///< We had no answer in time.
  kDisconnected,  ///< The peer went away.
  kShutDown,      ///< The node ended before it was answered whole.
};
inline constexpr std::size_t kServedEnds = 6;
std::string_view to_string(ServedEnd end);

/// A peer's request was answered with `items` chunks, or given up.
struct RequestServed {
  runtime::PeerId peer;
  std::uint64_t id;
  Protocol protocol;
  ServedEnd end;
  std::size_t items;
};

/// What became of a root that we wanted the block of. Each root of each look gets exactly one.
enum class FetchOutcome : std::uint8_t {
  kAlreadyInForkChoice,  ///< It is in the store.
  kAlreadyInBlockCache,  ///< It is here and waits: for its parent, its slot or its turn.
  kAlreadyPending,       ///< A request that is under way names it.
  kFetched,              ///< A request that names it was handed to the network.
  kFetchNoPeers,         ///< Nobody to ask.
  kFetchFailed,          ///< The request could not be handed on.
  kDedupLostRace,        ///< Another one of the same look was quicker.
  kInflightCap,          ///< As many requests as there may be are under way.
};
inline constexpr std::size_t kFetchOutcomes = 8;
std::string_view to_string(FetchOutcome outcome);

/// Some roots were looked at. `outcomes` add up to `roots`.
struct RootsLooked {
  std::size_t roots = 0;
  std::array<std::size_t, kFetchOutcomes> outcomes{};
};

/// What came of a batch of a range, or of the range.
enum class RangeOutcome : std::uint8_t {
  kSuccess,          ///< A batch came, or the peer that has the range has nothing in it.
  kRetry,            ///< A batch failed and is asked for again.
  kExhausted,        ///< It failed too often: the range is given up.
  kAbort,            ///< The chain got past the range by other ways.
  kTimeout,          ///< A batch timed out; what follows is told as well.
  kPreFinalizedNoop  ///< What was wanted is finalized already.
};
inline constexpr std::size_t kRangeOutcomes = 6;
std::string_view to_string(RangeOutcome outcome);

/// Where a block was recognised as one that had been refused before.
enum class InvalidHit : std::uint8_t { kSelf, kParent };
inline constexpr std::size_t kInvalidHits = 2;
std::string_view to_string(InvalidHit site);

/// How a node stands to its peers' chain.
enum class SyncState : std::uint8_t {
  kNoPeers,
  kInitialising,  ///< No peer has said where it stands.
  kBehind,        ///< Most peers are further than we are.
  kSynced,
};
inline constexpr std::size_t kSyncStates = 4;
std::string_view to_string(SyncState state);

struct SyncStateChanged {
  SyncState old_state;
  SyncState new_state;
};

/// A peer came or went. `by_us` when the node closed the connection because the peer misbehaved.
struct PeerChanged {
  runtime::PeerId peer;
  bool connected;
  bool by_us;
};

/// Receives the reports. Called on several of the node's threads, at the same time where these are the
/// operating system's; between two steps of their work and never with a lock held. It must not call back into
/// the node. What belongs to the chain (blocks, votes, aggregates that were judged; head, checkpoints,
/// duties) comes from the one thread that owns the chain, in the order in which it happened. Every method
/// does nothing unless overridden, so that a listener names only what it wants.
class Events {
 public:
  virtual ~Events() = default;

  /// The store is about to judge a block, a vote or an aggregate; what became of it is reported next. The
  /// store may be asked for its digest during this call and the next (node::Node::store_digest).
  virtual void input_began() {}
  virtual void input_entered(const InputEntered&) {}
  virtual void tick_happened(const TickHappened&) {}
  virtual void interval_done(const IntervalDone&) {}
  virtual void aggregation_coalesced(const AggregationCoalesced&) {}
  virtual void slot_driver_stalled(const SlotDriverStalled&) {}
  virtual void thread_died(const ThreadDied&) {}
  virtual void command_handled(const CommandHandled&) {}
  virtual void block_handled(const BlockHandled&) {}
  virtual void vote_handled(const VoteHandled&) {}
  virtual void aggregate_handled(const AggregateHandled&) {}
  virtual void votes_kept_on(const VotesKeptOn&) {}
  virtual void head_changed(const HeadChanged&) {}
  virtual void justified_changed(const CheckpointChanged&) {}
  virtual void finalized_changed(const CheckpointChanged&) {}
  virtual void safe_target_changed(const CheckpointChanged&) {}
  virtual void block_proposed(const BlockProposed&) {}
  virtual void attested(const Attested&) {}
  virtual void aggregated(const Aggregated&) {}
  virtual void duty_skipped(const DutySkipped&) {}
  virtual void buffer_level(const BufferLevel&) {}
  virtual void message_dropped(const MessageDropped&) {}
  virtual void gossip_counted(const GossipCounted&) {}
  virtual void request_sent(const RequestSent&) {}
  virtual void request_ended(const RequestEnded&) {}
  virtual void request_received(const RequestReceived&) {}
  virtual void request_served(const RequestServed&) {}
  virtual void roots_looked(const RootsLooked&) {}
  virtual void range_went(RangeOutcome) {}
  virtual void invalid_root_hit(InvalidHit) {}
  virtual void sync_state_changed(const SyncStateChanged&) {}
  virtual void peer_changed(const PeerChanged&) {}
};

}  // namespace lockstep::chain
