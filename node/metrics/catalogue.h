// Every metric of a node: name, help, labels and buckets, as data in one place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace lockstep::metrics {

/// One enumerator for each metric, in the order of the catalogue.
enum class Metric : std::uint8_t {
  // leanSpec: every client exposes these.
  kNodeInfo,
  kNodeStartTime,
  kHeadSlot,
  kCurrentSlot,
  kSafeTargetSlot,
  kBlockProcessingTime,
  kAttestationsValid,
  kAttestationsInvalid,
  kAttestationValidationTime,
  kReorgs,
  kReorgDepth,
  kCoverageValidators,
  kCoverageSubnets,
  kCoverageDiff,
  kLatestJustifiedSlot,
  kLatestFinalizedSlot,
  kStateTransitionTime,
  kValidators,
  kConnectedPeers,
  // leanMetrics: clocks, signatures, proofs.
  kTickIntervalDuration,
  kSigningTime,
  kSignatureVerificationTime,
  kAggregateBuildingTime,
  kAggregateVerificationTime,
  kCommitteeAggregationTime,
  kAggregatorSkipped,
  kIsAggregator,
  kSyncStatus,
  kGossipMeshPeers,
  // The names that zeam's dashboards know.
  kIntervalErrors,
  kPendingBlocksDepth,
  kPendingBlocksEvicted,
  kPendingBlocksReplayed,
  kFutureBlocksDropped,
  kPendingAttestationsSize,
  kPendingAttestationsBuffered,
  kPendingAttestationsEvicted,
  kPendingAttestationsReplay,
  kBlocksByRootInFlight,
  kBlockFetchDedup,
  kRangeSync,
  kInvalidRootHit,
  kChainQueueDepth,
  kChainQueueDropped,
  kGossipVotesDropped,
  kCommandsDropped,
  kSlotDriverStalls,
  kSlotDriverStallSeconds,
  kOnBlockStep,
  kAggregateCoalesced,
  kAggregateCommitLag,
  kAggregateKeyLag,
  kLockWait,
  kLockHold,
  // Our own.
  kTickLateness,
  kIntervalDoneLateness,
  kIntervalsSkipped,
  kInputsEntered,
  kBlocks,
  kAttestations,
  kAggregates,
  kRejections,
  kDuties,
  kBufferSize,
  kBufferBound,
  kMessagesDropped,
  kGossipMessages,
  kRequestsSent,
  kRequestsEnded,
  kRequestsServed,
  kPeerEvents,
  kConnectionEvents,
  kCommands,
  kThreadsDied,
  kWorkTime,
};
inline constexpr std::size_t kMetrics = static_cast<std::size_t>(Metric::kWorkTime) + 1;

enum class Type : std::uint8_t { kCounter, kGauge, kHistogram };

/// What the integers that are kept stand for.
enum class Unit : std::uint8_t {
  kOne,          ///< A number of things.
  kNanoseconds,  ///< Shown in seconds.
};

/// A label and all the values that it can have. No values: they come to be while the node runs, and whoever
/// owns them brings the series along at each scrape.
struct Label {
  std::string_view name;
  std::vector<std::string_view> values;
};

struct Description {
  Metric metric;
  std::string_view name;
  std::string_view help;
  Type type = Type::kCounter;
  Unit unit = Unit::kOne;
  /// Two at most.
  std::vector<Label> labels;
  /// Upper bounds of a histogram's buckets in the metric's unit, ascending; above them comes +Inf by itself.
  std::vector<std::int64_t> buckets;

  /// Whether all its series are known beforehand.
  [[nodiscard]] bool is_closed() const;
  /// How many series it has: the product of its labels' values. Zero unless it is closed.
  [[nodiscard]] std::size_t series() const;
};

/// All metrics, `catalogue()[i].metric == Metric(i)`. Built once; thread-safe.
[[nodiscard]] std::span<const Description> catalogue();
[[nodiscard]] const Description& describe(Metric metric);

// The values of labels that are not the names of the chain's own enumerations, in the order of the catalogue.

/// Who gave us a vote: `source`.
enum class VoteSource : std::uint8_t { kBlock, kGossip };
/// `kind` of what waits for its block.
enum class VoteKind : std::uint8_t { kAttestation, kAggregation };
/// `reason` for which it waits.
enum class WaitReason : std::uint8_t { kUnknownBlock, kFutureSlot };
/// `outcome` of trying it again.
enum class ReplayOutcome : std::uint8_t { kAccepted, kBuffered, kDropped };
/// `reason` for which a block that came too early is not kept.
enum class BlockEviction : std::uint8_t { kCap, kPreFinalized, kDuplicate, kTooFarFuture };
/// `lag` of the slot that an aggregate speaks about.
enum class KeyLag : std::uint8_t { kCurrent, kPrevious, kOlder };
/// `reason` for which no aggregate was made.
enum class AggregatorSkip : std::uint8_t { kNotSynced, kOther };
/// `section` of the reports on which validators aggregates speak for.
enum class Section : std::uint8_t {
  kTimely,
  kLate,
  kBlock,
  kCombined,
  kAggregateStartNew,
  kProposalPayloads,
  kProposalGossip,
  kProposalCombined,
};
/// `subnet` of the same reports: all of them together, then one after the other.
inline constexpr std::size_t kAllSubnets = 0;
inline constexpr std::size_t kFirstSubnet = 1;
/// `kind` of a rejected input.
enum class InputKind : std::uint8_t { kBlock, kAttestation, kAggregate };
/// `queue` to the thread that owns the chain.
enum class ChainQueue : std::uint8_t { kBlock, kAttestation, kAggregate };
/// `reason` for which a vote of gossip is dropped.
enum class VoteDrop : std::uint8_t { kSyncing, kWorkerValidationFailed };
/// `reason` for which the network's thread was not told something.
enum class CommandDrop : std::uint8_t { kFull, kClosed };
/// `status` of a node among its peers.
enum class SyncStatus : std::uint8_t { kIdle, kSyncing, kSynced };
inline constexpr std::size_t kSyncStatuses = 3;
/// `outcome` of a gossip message that came in.
enum class GossipOutcome : std::uint8_t { kDuplicate, kDropped, kDelivered };
/// `event` in the life of a connection.
enum class PeerEvent : std::uint8_t { kConnected, kDisconnected, kDropped };
/// `event` that the transport knows of, before a peer speaks or where it breaks the transport's rules.
enum class ConnectionEvent : std::uint8_t {
  kEstablished,
  kRefused,
  kDuplicateRefused,
  kHandshakeFailed,
  kOversizeFrame,
  kTimedOut,
};

}  // namespace lockstep::metrics
