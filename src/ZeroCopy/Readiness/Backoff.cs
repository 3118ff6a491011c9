using System.Runtime.InteropServices;

namespace ZeroCopy;

/// <summary>
/// How often to try what pays at some times and not at others: always while it pays; after each time in vain half as often, down to one time in 64, to see
/// whether things have changed.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct Backoff
{
    private const int MostInVain = 6;

    private int _inVain;
    private int _untilNext;

    /// <summary>Whether to try it this time.</summary>
    public bool IsDue() => --_untilNext < 0;

    public void Tried(bool inVain)
    {
        _inVain = inVain ? Math.Min(_inVain + 1, MostInVain) : 0;
        _untilNext = (1 << _inVain) - 1;
    }
}
