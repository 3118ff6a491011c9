using System.Globalization;

namespace ZeroCopy.Tests.Models;

/// <summary>What is done, at which of the two ends, and with how many bytes.</summary>
internal sealed record TransferStep(TransferAction Action, bool AtB, int Amount)
{
    private bool HasAmount => Action is TransferAction.Send or TransferAction.Receive;

    public IEnumerable<TransferStep> Smaller() => HasAmount ? Programs.Smaller(Amount).Select(amount => this with { Amount = amount }) : [];

    public override string ToString()
    {
        string end = AtB ? "B" : "A";
        return HasAmount ? $"{Action} {end} {Amount}" : Action is TransferAction.Cancel or TransferAction.Resume ? $"{Action}" : $"{Action} {end}";
    }

    public static TransferStep Parse(string text)
    {
        string[] words = Programs.Split(text, ' ');
        int amount = words.Length > 2 ? int.Parse(words[2], CultureInfo.InvariantCulture) : 0;
        return new TransferStep(Enum.Parse<TransferAction>(words[0]), words.Contains("B", StringComparer.Ordinal), amount);
    }
}
