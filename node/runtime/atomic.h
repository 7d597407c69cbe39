// Atomic values of which a hook sees every operation before it takes effect.
#pragma once

#include <atomic>
#include <type_traits>

#include "node/runtime/sync.h"

namespace lockstep::runtime {

/// A named std::atomic. Without a hook each operation is that of std::atomic behind one branch; with one, the
/// hook is told of it first, which is where others may get ahead. Requires: T is trivially copyable and as
/// an atomic free of locks.
template <typename T>
class Atomic {
 public:
  static_assert(std::atomic<T>::is_always_lock_free, "an atomic that hides a lock is no atomic");

  /// `hook` may be null (OS threads) and must outlive the atomic; `name` is a string literal for reports.
  Atomic(SyncHook* hook, const char* name, T initial = T{}) : hook_(hook), name_(name), value_(initial) {
    if (hook_ != nullptr) {
      hook_->created_atomic({&slot_, name_, AtomicKind::kStore, std::memory_order_relaxed, Where{}});
    }
  }
  Atomic(const Atomic&) = delete;
  Atomic& operator=(const Atomic&) = delete;

  [[nodiscard]] T load(std::memory_order order = std::memory_order_seq_cst,
                       const Where& where = Where::current()) const {
    announce(AtomicKind::kLoad, order, where);
    return value_.load(order);
  }
  void store(T value, std::memory_order order = std::memory_order_seq_cst,
             const Where& where = Where::current()) {
    announce(AtomicKind::kStore, order, where);
    value_.store(value, order);
  }
  T exchange(T value, std::memory_order order = std::memory_order_seq_cst,
             const Where& where = Where::current()) {
    announce(AtomicKind::kReadModifyWrite, order, where);
    return value_.exchange(value, order);
  }

  /// Stores `desired` if the value is `expected`, else loads it into `expected`. Never fails without reason.
  bool compare_exchange(T& expected, T desired, std::memory_order order = std::memory_order_seq_cst,
                        const Where& where = Where::current()) {
    return compare_exchange(expected, desired, order, order_without_release(order), where);
  }
  bool compare_exchange(T& expected, T desired, std::memory_order success, std::memory_order failure,
                        const Where& where = Where::current()) {
    announce(AtomicKind::kCompareExchange, success, where);
    const bool stored = value_.compare_exchange_strong(expected, desired, success, failure);
    if (hook_ != nullptr) [[unlikely]] {
      hook_->after_compare({&slot_, name_, stored ? AtomicKind::kReadModifyWrite : AtomicKind::kLoad,
                            stored ? success : failure, where});
    }
    return stored;
  }

  /// The same, but may fail although the value is `expected`, as std::atomic's may: under a hook when that
  /// chooses so. To be called in a loop.
  bool compare_exchange_weak(T& expected, T desired, std::memory_order order = std::memory_order_seq_cst,
                             const Where& where = Where::current()) {
    const std::memory_order failure = order_without_release(order);
    if (hook_ == nullptr) [[likely]] {
      return value_.compare_exchange_weak(expected, desired, order, failure);
    }
    announce(AtomicKind::kCompareExchange, order, where);
    const bool stored =
        !hook_->fails_without_reason() && value_.compare_exchange_strong(expected, desired, order, failure);
    if (!stored) {
      expected = value_.load(failure);
    }
    hook_->after_compare({&slot_, name_, stored ? AtomicKind::kReadModifyWrite : AtomicKind::kLoad,
                          stored ? order : failure, where});
    return stored;
  }

  T fetch_add(T operand, std::memory_order order = std::memory_order_seq_cst,
              const Where& where = Where::current())
    requires std::is_integral_v<T>
  {
    announce(AtomicKind::kReadModifyWrite, order, where);
    return value_.fetch_add(operand, order);
  }
  T fetch_sub(T operand, std::memory_order order = std::memory_order_seq_cst,
              const Where& where = Where::current())
    requires std::is_integral_v<T>
  {
    announce(AtomicKind::kReadModifyWrite, order, where);
    return value_.fetch_sub(operand, order);
  }
  T fetch_and(T operand, std::memory_order order = std::memory_order_seq_cst,
              const Where& where = Where::current())
    requires std::is_integral_v<T>
  {
    announce(AtomicKind::kReadModifyWrite, order, where);
    return value_.fetch_and(operand, order);
  }
  T fetch_or(T operand, std::memory_order order = std::memory_order_seq_cst,
             const Where& where = Where::current())
    requires std::is_integral_v<T>
  {
    announce(AtomicKind::kReadModifyWrite, order, where);
    return value_.fetch_or(operand, order);
  }
  T fetch_xor(T operand, std::memory_order order = std::memory_order_seq_cst,
              const Where& where = Where::current())
    requires std::is_integral_v<T>
  {
    announce(AtomicKind::kReadModifyWrite, order, where);
    return value_.fetch_xor(operand, order);
  }

  [[nodiscard]] const char* name() const { return name_; }

 private:
  static constexpr std::memory_order order_without_release(std::memory_order order) {
    if (order == std::memory_order_acq_rel) {
      return std::memory_order_acquire;
    }
    return order == std::memory_order_release ? std::memory_order_relaxed : order;
  }
  void announce(AtomicKind kind, std::memory_order order, const Where& where) const {
    if (hook_ != nullptr) [[unlikely]] {
      hook_->before_atomic({&slot_, name_, kind, order, where});
    }
  }

  SyncHook* hook_;
  const char* name_;
  mutable std::uintptr_t slot_ = 0;
  std::atomic<T> value_;
};

}  // namespace lockstep::runtime
