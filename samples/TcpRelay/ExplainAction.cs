using System.CommandLine;
using System.CommandLine.Invocation;
using System.Net.Sockets;
using ZeroCopy;

namespace TcpRelaySample;

/// <summary>Tells on standard output what this machine permits, and which way bytes would take from client to target. Needs no other option.</summary>
internal sealed class ExplainAction : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        // How they are connected makes no difference.
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using Socket target = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Console.WriteLine(KernelSupport.Probe());
        Console.WriteLine($"each way: {Transfer.Explain(client, target)}");
        return 0;
    }
}
