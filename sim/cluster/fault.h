// A fault as an object: it lasts as long as its scope.
#pragma once

#include <functional>
#include <utility>

namespace lockstep::cluster {

/// Ends the fault that it stands for when it is destroyed or end() is called.
class [[nodiscard]] Fault {
 public:
  Fault() = default;
  explicit Fault(std::function<void()> end) : end_(std::move(end)) {}
  Fault(Fault&& other) noexcept : end_(std::exchange(other.end_, nullptr)) {}
  Fault& operator=(Fault&& other) noexcept {
    if (this != &other) {
      end();
      end_ = std::exchange(other.end_, nullptr);
    }
    return *this;
  }
  ~Fault() { end(); }

  void end() {
    if (end_) {
      std::exchange(end_, nullptr)();
    }
  }

 private:
  std::function<void()> end_;
};

}  // namespace lockstep::cluster
