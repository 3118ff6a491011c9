using System.Net.Sockets;
using ZeroCopy;

namespace TcpRelaySample;

internal static class RelayResultExtensions
{
    /// <summary>Has those sides closed with a reset that did not get all: a reset is passed on as one, and what was cut off must not look like the end.</summary>
    /// <param name="result">How the relay between the two ended.</param>
    /// <param name="a">One side.</param>
    /// <param name="b">The other one.</param>
    /// <param name="isCutOff">Whether it was ended though both might have had more to say.</param>
    public static void PassOnResets(this RelayResult result, Socket a, Socket b, bool isCutOff)
    {
        if (isCutOff || IsCutOff(result.AToB))
        {
            b.Abort();
        }

        if (isCutOff || IsCutOff(result.BToA))
        {
            a.Abort();
        }
    }

    private static bool IsCutOff(RelayDirection direction) => direction.Side == TransferSide.Source || !direction.Undelivered.IsEmpty;
}
