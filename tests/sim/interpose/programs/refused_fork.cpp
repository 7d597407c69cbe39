// A program that asks for what is not modelled, and is refused by that name.
#include <unistd.h>

int main() {
  if (fork() == 0) {
    _exit(0);
  }
}
